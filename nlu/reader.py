"""`read(text, hints)`: the package's one door. From one message to an Understanding, by rules alone."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from knowledge.clinical import Concept, Finding, Presence, Relation, Subject, When
from knowledge.morphology import LONGEST, Morpheme, Morphology
from nlu import clauses, intent, measures, people, values
from nlu.echo import echo, tells_other
from nlu.lexicon import Lexicon, Match, load_forms
from nlu.meaning import Hints, Intent, Mention, Understanding
from nlu.normalize import normalize

FOLDER = Path(__file__).parent / "data" / "lexicon"

WRITER_AGE_LIMIT = 14
"""Below this age nothing of the writer may be kept."""

HISTORY = frozenset({"history", "risk"})
"""Kinds of finding that stay true when they began long ago, and that relatives are mentioned for."""

PASSING = frozenset({"symptom", "sign"})
"""Kinds of finding that can be over."""

CARRYING = frozenset({"pregnancy", "recent_delivery"})
"""Histories that make the one they are told of the patient."""

COMMON = 0.01
"""From this share of people on a complaint is so common that it may be called over; a rarer one still counts."""

GROWN_PULSE = 12.0
"""Years from which a pulse above 100 is fast."""

SHORT = 25
"""A text this short after a question is an answer to it."""

_WEEKS = re.compile(r"임신\s*(?:한\s*지\s*)?(?P<n>\d{1,2})\s*주|(?P<m>\d{1,2})\s*주\s*(?:차\s*)?(?:임산부|임신)")
_PREGNANT = re.compile(r"임신\s*(?:중|했|한|\d|초기|중기|후기|부)|임산부|만삭")
_BARE_PLACE = re.compile(
    r"^\s*(?:(?:아니|글쎄|모르겠|음|어|아마|그냥)(?:라|요|는데요?)?[\s,.]+)*(?P<place>[가-힣 ]{2,20}?)"
    r"\s*(?:쪽)?(?:인가요?|인\s*(?:것|거)\s*같아요?|이요|요|이에요|예요|같아요)?\s*[.!?]*\s*$"
)
_NOT_PREGNANT = re.compile(r"임신\s*(?:은|는|이|가)?\s*(?:아니|아닌|안|가능성\s*(?:은|이)?\s*없)")


_OBJECTS = re.compile(r"^\s*(?:그게\s*)?아니(?:라|고)?[\s,.]")


class Reader:
    """Reads messages. Built once; safe to use from several threads."""

    def __init__(self, morphology: Morphology, lexicon: Lexicon, concepts: Mapping[str, Concept]) -> None:
        self._morphology = morphology
        self._lexicon = lexicon
        self._concepts = concepts
        self._questions: dict[str, tuple[Morpheme, ...]] = {}

    def read(self, text: str, hints: Hints = Hints(), today: date | None = None) -> Understanding:  # noqa: B008 - frozen
        """Everything a message says. Never raises, reads at most 2,000 characters."""
        clean = normalize(text)
        morphemes = self._morphology.analyse(clean)
        parts = clauses.clauses(morphemes, clean)
        told, subjects = self._findings(morphemes, parts, clean)
        if not told and hints.asked:
            told = self._completed(clean, hints)
        relation = _patient(subjects, told, hints, self._concepts)
        mention = self._mention(clean, relation, hints, today or date.today())  # noqa: DTZ011 - only for birth years
        patient = relation or hints.patient
        findings = [_told_of(f, _subject(of, patient)) for f, of in told]
        degrees = values.temperature(clean)
        if degrees:
            findings = [f for f in findings if f.concept != "fever" or f.when is not When.NOW]  # the reading says it
        child = (relation or hints.patient) is Relation.CHILD or (mention.age is not None and mention.age < GROWN_PULSE)
        read = measures.measured(clean, child=child)
        findings = [f for f in findings if f.concept not in {one.concept for one in read}]
        findings += [f for f in (*degrees, *read) if f.concept in self._concepts]
        severity, since = values.score(clean), values.onset(clean)
        findings = _settled(findings)
        if severity is not None or since is not None:
            findings = [replace(f, severity=severity, since=since) for f in findings]
        wanted = intent.intents(clean)
        echoed = self._echo(morphemes, clean, hints)
        if echoed and self._tells_other(morphemes, clean, hints):
            echoed = None
        if echoed:
            findings = [f for f in findings if f.concept not in hints.asked]  # "못 자요" is an answer, and a complaint
        bare = echoed or self._bare_answer(clean, hints, findings, wanted)
        if bare in ("yes", "no") and self._tells_other(morphemes, clean, hints):
            bare = None
        if bare == "unsure" and hints.asked and len(clean) < SHORT:
            findings = []  # "기억이 안 나요" answers the question; it is no complaint about memory
        if bare and hints.asked:
            findings += self._answered(bare, clean, hints, {f.concept for f in findings})
        findings += self._implied(findings, hints)
        told_now = any(f.when is not When.HYPOTHETICAL for f in findings)
        if findings and Intent.CONSULT not in wanted and (told_now or not wanted):
            wanted = (*wanted, Intent.CONSULT)
        return Understanding(
            findings=tuple(findings),
            intents=wanted,
            answer=bare,
            mention=mention,
            onset=since,
            sudden=values.sudden(clean),
            course=intent.course(clean),
            departments=tuple(dict.fromkeys(intent.DEPARTMENTS.findall(clean))),
            truncated=len(text) > LONGEST,
        )

    def _findings(
        self, morphemes: Sequence[Morpheme], parts: Sequence[range], text: str
    ) -> tuple[list[tuple[Finding, Relation | None]], list[Relation]]:
        """Findings with the person each clause is about, and the people in order of mention."""
        told: list[tuple[Finding, Relation | None]] = []
        subjects: list[Relation] = []
        about: Relation | None = None
        topic: int | None = None
        before: range | None = None
        newest = 0
        aside = False  # the clauses tell of a pet or of a story
        for clause, following in zip_longest(parts, parts[1:]):
            named = people.subject_of(morphemes, clause)
            if named:
                about = named
                subjects.append(named)
            if named or clauses.begins_with_another(morphemes, clause, following, before):
                topic = None
            found = self._matches(morphemes, clause, topic)
            found = [match for match in found if not clauses.left_out(match, morphemes, clause)]
            found = [match for match in found if not clauses.is_trigger(match, morphemes)]
            if named is None and (aside or people.of_no_patient(morphemes, clause)):
                kept = [match for match in found if self._concepts[match.concept].kind not in PASSING]
                aside = aside or len(kept) < len(found)
                found = kept
            else:
                aside = False
            if found:
                newest = len(told)
                told += [(self._finding(match, morphemes, clause, text), about) for match in found]
            elif before and clauses.says_over(morphemes, clause) and clauses.in_past_tense(morphemes, before):
                told[newest:] = [(self._over(finding), who) for finding, who in told[newest:]]
            topic = self._topic(topic, morphemes, clause)
            if any(morphemes[i].tag not in ("SF", "SP") for i in clause):
                before = clause
        return told, subjects

    def _matches(self, morphemes: Sequence[Morpheme], clause: range, topic: int | None) -> list[Match]:
        """Expressions in a clause; what it says of the noun of a clause before is read with that noun."""
        own = clauses.topic(morphemes, clause)
        says_where = own is not None and (
            clauses.is_site(morphemes[own]) or topic is None or not clauses.is_site(morphemes[topic])
        )
        if topic is None or says_where:
            return self._lexicon.matches(morphemes, clause)
        found = self._lexicon.matches(morphemes, [topic, *clause])
        return [match for match in found if match.at != (topic,)]

    def _topic(self, before: int | None, morphemes: Sequence[Morpheme], clause: range) -> int | None:
        """The noun that the next clause may speak of; a part of the body stays until another is named."""
        own = clauses.topic(morphemes, clause)
        if own is None or (
            before is not None and clauses.is_site(morphemes[before]) and not clauses.is_site(morphemes[own])
        ):
            return before
        return own

    def _answered(self, bare: Literal["yes", "no", "unsure"], text: str, hints: Hints, read: Set[str]) -> list[Finding]:
        """What a bare answer says of what was asked."""
        presence = {"yes": Presence.PRESENT, "no": Presence.ABSENT, "unsure": Presence.UNKNOWN}[bare]
        asked = hints.asked
        first = self._concepts.get(asked[0])
        if first and intent.ASKS_WHICH.search(_first_sentence(first.question)) and not intent.NEITHER.search(text):
            presence = Presence.UNKNOWN  # "네" and "아니요" do not say where it hurts
        elif bare == "yes":
            asked = asked[:1]  # "네" says nothing about graver forms of the same thing
        if presence is not Presence.PRESENT:
            # What the question takes for granted and what is known stay: "아니요" to "배 어디가 …?" denies no ache.
            granted = set().union(*map(self._above, asked)) - {asked[0]} | set(hints.known)
            asked = tuple(c for c in asked if c not in granted)
        return [Finding(concept=c, presence=presence) for c in asked if c not in read]

    def _above(self, concept: str) -> set[str]:
        """Everything a finding implies."""
        above: set[str] = set()
        level = {concept}
        while level:
            level = {p for c in level if c in self._concepts for p in self._concepts[c].parents} - above
            above |= level
        return above

    def _graver(self, concept: str) -> bool:
        """Whether a finding is a worse form of another, told apart by how bad it is."""
        asked = self._concepts.get(concept)
        return bool(asked and asked.parents and intent.GRAVER.search(f"{asked.name_ko} {asked.question}"))

    def _implied(self, findings: Sequence[Finding], hints: Hints) -> list[Finding]:
        """What was asked and follows from what was told ("마른기침이요" answers whether there is a cough)."""
        read = {f.concept for f in findings}
        present = {f.concept for f in findings if f.presence is Presence.PRESENT and _of_patient_now(f)}
        above = set().union(*map(self._above, present))
        return [Finding(concept=c, presence=Presence.PRESENT) for c in hints.asked if c in above - read]

    def _over(self, finding: Finding) -> Finding:
        """A common complaint that is over; what may be grave counts although it went away."""
        concept = self._concepts[finding.concept]
        passes = concept.kind in PASSING and concept.leak >= COMMON and not concept.must_ask
        if passes and finding.presence is Presence.PRESENT and finding.when is When.NOW:
            return replace(finding, when=When.PAST)
        return finding

    def _completed(self, text: str, hints: Hints) -> list[tuple[Finding, Relation | None]]:
        """A bare place after a question about pain ("오른쪽 윗배요"), read with the predicate it leaves out."""
        asked = self._concepts.get(hints.asked[0])
        place = _BARE_PLACE.match(text)
        if not (place and asked and asked.name_ko.endswith(("아픔", "통증"))):
            return []
        whole = f"{place['place']} 아파요"
        morphemes = self._morphology.analyse(whole)
        told, _ = self._findings(morphemes, clauses.clauses(morphemes, whole), whole)
        return [(replace(finding, span=None), about) for finding, about in told]

    def _echo(self, morphemes: Sequence[Morpheme], text: str, hints: Hints) -> Literal["yes", "no"] | None:
        """What a short answer says by taking up the verb of the question."""
        asked = self._concepts.get(hints.asked[0]) if hints.asked else None
        if asked is None or not asked.question or len(text) > SHORT:
            return None
        if self._graver(asked.id) and intent.tempered(text):
            return None
        return echo(self._question(asked), morphemes)

    def _question(self, asked: Concept) -> tuple[Morpheme, ...]:
        question = self._questions.get(asked.id)
        if question is None:
            question = self._questions[asked.id] = self._morphology.analyse(asked.question)
        return question

    def _tells_other(self, morphemes: Sequence[Morpheme], text: str, hints: Hints) -> bool:
        """Whether words that could be a yes or no tell of something else ("고기를 많이 먹었어요")."""
        asked = self._concepts.get(hints.asked[0]) if hints.asked else None
        if asked is None or not asked.question or intent.PLAINLY.match(text):
            return False
        return tells_other(self._question(asked), morphemes)

    def _finding(self, match: Match, morphemes: Sequence[Morpheme], clause: range, text: str) -> Finding:
        concept = self._concepts[match.concept]
        presence = clauses.presence(match, morphemes, clause)
        if presence is Presence.ABSENT and not concept.parents and clauses.denies_degree(match, morphemes, clause):
            presence = Presence.PRESENT
        return Finding(
            concept=match.concept,
            presence=presence,
            when=clauses.when(match, morphemes, clause, text, illness=concept.kind in HISTORY),
            span=(morphemes[match.at[0]].start, morphemes[match.at[-1]].end),
        )

    def _mention(self, text: str, relation: Relation | None, hints: Hints, today: date) -> Mention:
        years = values.age(text, today, expected=hints.expecting == "age")
        weeks = _WEEKS.search(text)
        pregnant: bool | None = None
        if _NOT_PREGNANT.search(text):
            pregnant = False
        elif _PREGNANT.search(text):
            pregnant = True
        who = relation or hints.patient
        own = bool(re.search(r"(?:저는|제가|전|저|나는|나|난|제\s*나이)\s+(?:만\s*)?\S{1,6}\s*(?:살|학년|세)", text))
        child = own and years is not None and years < WRITER_AGE_LIMIT and who is Relation.SELF
        return Mention(
            relation=relation,
            age=years,
            sex=people.sex_of(text, who, expected=hints.expecting == "sex"),
            pregnant=pregnant,
            pregnancy_weeks=int(weeks["n"] or weeks["m"]) if weeks else None,
            writer_under_14=child or people.says_pupil(text, who),
        )

    def _corrected(self, findings: Sequence[Finding], hints: Hints) -> bool:
        """Whether something akin to what was asked is told instead ("아니 오른쪽 아랫배예요")."""
        akin = {a for concept in hints.asked for a in (concept, *self._above(concept))}
        told = [f.concept for f in findings if f.presence is Presence.PRESENT and _of_patient_now(f)]
        return any(akin & {concept, *self._above(concept)} for concept in told)

    def _bare_answer(
        self, text: str, hints: Hints, findings: Sequence[Finding], wanted: Sequence[Intent]
    ) -> Literal["yes", "no", "unsure"] | None:
        if not hints.asked and hints.expecting == "nothing":
            return None
        if any(f.concept in hints.asked for f in findings) or set(wanted) & {Intent.WHY, Intent.FINISH}:
            return None
        bare = intent.answer(text, graver=bool(hints.asked) and self._graver(hints.asked[0]))
        if (bare == "unsure" or (bare == "no" and _OBJECTS.match(text))) and self._corrected(findings, hints):
            return None  # "아니 오른쪽 아랫배예요", "글쎄요 아랫배?"
        # "네, 기침도 나요" answers and adds; "배가 안 아파요" alone is about the belly only.
        if findings and bare == "no" and not re.match(r"\s*(아니|아뇨|없)", text):
            return None
        if findings and bare == "yes" and not re.match(r"\s*(네|넵|예|응|맞|그래)", text):
            return None
        return bare


def _first_sentence(question: str) -> str:
    """The question up to its first mark; what follows asks for more."""
    return question.partition("?")[0]


def _patient(
    subjects: Sequence[Relation],
    told: Sequence[tuple[Finding, Relation | None]],
    hints: Hints,
    concepts: Mapping[str, Concept],
) -> Relation | None:
    """Whom the message is about: the person most complaints are told of, else the first who is named."""
    counts = Counter(about for finding, about in told if about and concepts[finding.concept].kind not in HISTORY)
    unnamed = sum(1 for finding, about in told if about is None and concepts[finding.concept].kind not in HISTORY)
    if counts:
        best, count = counts.most_common(1)[0]
        return best if count >= unnamed or best is not Relation.SELF else None
    if told and unnamed:
        return None
    pregnant = [about for finding, about in told if about and finding.concept in CARRYING]
    if pregnant:
        return pregnant[0]
    return subjects[0] if subjects and not told else None


def _told_of(finding: Finding, subject: Subject) -> Finding:
    return finding if finding.subject is subject else replace(finding, subject=subject)


def _subject(about: Relation | None, patient: Relation) -> Subject:
    return Subject.PATIENT if about is None or about is patient else Subject.SOMEONE_ELSE


def _settled(findings: Sequence[Finding]) -> list[Finding]:
    """One finding per concept and subject; what is now stands over what was or may be, present over denied."""
    kept: dict[tuple[str, Subject], Finding] = {}
    for finding in findings:
        key = (finding.concept, finding.subject)
        if key not in kept or _weight(finding) >= _weight(kept[key]):
            kept[key] = finding
    return list(kept.values())


def _of_patient_now(finding: Finding) -> bool:
    return finding.subject is Subject.PATIENT and finding.when is When.NOW


def _weight(finding: Finding) -> tuple[bool, bool]:
    return finding.when is When.NOW, finding.presence is Presence.PRESENT


def load_reader(morphology: Morphology, concepts: Mapping[str, Concept], folder: Path | None = None) -> Reader:
    """A reader for a catalogue's findings. Raises LexiconError when the lexicon names unknown ones."""
    return Reader(morphology, Lexicon(load_forms(concepts, folder or FOLDER), morphology), concepts)
