"""The posterior against pyAgrum's exact one on the same small net.

The net is what the model assumes: one condition (or none), every finding drawn given the condition, a child only where
its parent is. What is left out on purpose is switched to neutral values: the cap on one finding's weight, the price of
the unexplained, what silence says, the topic. One thing is an approximation and kept out: two absent children of a
parent nobody spoke of count as independent.
"""

from datetime import date

import numpy as np
import pyagrum as gum
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.clinical import Finding, Person, Presence, Sex
from knowledge.likelihood import Likelihood, gather
from knowledge.tables import age_band, season, sex_index
from knowledge.tuning import Tuning
from tests.fakes.small_catalogue import write

NEUTRAL = Tuning(cap=100.0, unexplained=1.0, mention=0.0, mention_defining=0.0, off_topic=1.0)
ON = date(2026, 1, 15)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The small catalogue."""
    return load_catalogue(write(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def likelihood(catalogue: Catalogue) -> Likelihood:
    """Our model of it."""
    return Likelihood(catalogue, NEUTRAL)


@pytest.fixture(scope="module")
def net(likelihood: Likelihood) -> object:
    """The same as a Bayesian network; its prior is set for each patient."""
    tables = likelihood.tables
    columns = tables.probability.shape[1]
    bn = gum.BayesNet()
    bn.add(gum.RangeVariable("condition", "", 0, columns - 1))
    for id_ in tables.row:
        bn.add(gum.LabelizedVariable(id_, "", 2))
        bn.addArc("condition", id_)
    for id_, parent in tables.parent.items():
        if parent is not None:
            bn.addArc(parent, id_)
    for id_, row in tables.row.items():
        for column in range(columns):
            chance = float(tables.given_parent[row, column])
            if tables.parent[id_] is None:
                bn.cpt(id_)[{"condition": column}] = [1 - chance, chance]
            else:
                bn.cpt(id_)[{"condition": column, tables.parent[id_]: 0}] = [1.0, 0.0]
                bn.cpt(id_)[{"condition": column, tables.parent[id_]: 1}] = [1 - chance, chance]
    return bn


def exact(net: object, likelihood: Likelihood, person: Person, evidence: dict[str, int]) -> np.ndarray:
    """pyAgrum's posterior of the condition."""
    tables = likelihood.tables
    logs = tables.prior + tables.age[age_band(person.age)] + tables.sex[sex_index(person.sex)]
    prior = np.exp(logs + tables.season[season(ON)])
    net.cpt("condition").fillWith((prior / prior.sum()).tolist())  # type: ignore[attr-defined]
    inference = gum.VariableElimination(net)
    inference.setEvidence(evidence)
    return np.array(inference.posterior("condition").tolist())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_posterior_is_the_exact_one(
    net: object, likelihood: Likelihood, catalogue: Catalogue, data: st.DataObject
) -> None:
    """For any findings and patient the posterior is that of exact inference, to a millionth."""
    parents = likelihood.tables.parent
    told = data.draw(st.dictionaries(st.sampled_from(sorted(parents)), st.booleans(), max_size=7))
    person = Person(age=data.draw(st.sampled_from((3.0, 30.0, 70.0))), sex=data.draw(st.sampled_from(Sex)))
    findings = [
        Finding(concept=id_, presence=Presence.PRESENT if there else Presence.ABSENT) for id_, there in told.items()
    ]
    evidence = gather(findings, person, catalogue, likelihood.tables.row, asked=(), onset=None, sudden=None)
    unsaid = [parents[id_] for id_ in evidence.absent if parents[id_] not in evidence.present | evidence.absent]
    open_parents = [parent for parent in unsaid if parent is not None]
    if len(open_parents) != len(set(open_parents)):
        return  # two absent children of a parent nobody spoke of
    none = np.zeros(likelihood.tables.probability.shape[1])
    ours = likelihood.posterior(evidence, likelihood.scored(evidence), person, ON, none)
    known = {**dict.fromkeys(evidence.present, 1), **dict.fromkeys(evidence.absent, 0)}
    np.testing.assert_allclose(ours, exact(net, likelihood, person, known), atol=1e-6)
