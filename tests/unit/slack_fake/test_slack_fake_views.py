"""Homes and modals of the Slack fake: triggers, limits, and the answers to submissions."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import SlackFake
from tests.fakes.slack_product import (
    Product,
    actions,
    button,
    field,
    modal,
    plain,
    refusal,
    section,
    select,
)

USER = "U0001"


async def test_a_home_is_published_for_a_person(fake: SlackFake, client: AsyncWebClient) -> None:
    """Only a home can be published; a hash of another version and an unknown person are refused."""
    home = {"type": "home", "blocks": [section("설정"), actions(button(value="off"))]}
    assert fake.home(USER) is None
    first = (await client.views_publish(user_id=USER, view=home))["view"]
    await client.views_publish(user_id=USER, view=home, hash=first["hash"])
    published = fake.home(USER)
    assert published is not None
    assert published["id"] == first["id"]
    assert (await refusal(client, "views.publish", user_id=USER, view=home, hash="1.a"))[0] == "hash_conflict"
    assert (await refusal(client, "views.publish", user_id="U9", view=home))[0] == "user_not_found"
    for wrong, said in (
        (modal(), "unsupported type: modal"),
        (home | {"title": plain("설정")}, "invalid additional property: title"),
        (home | {"blocks": []}, "missing required field: blocks"),
        (home | {"blocks": [{"type": "divider"}] * 101}, "no more than 100 items"),
        (home | {"private_metadata": "a" * 3001}, "less than 3001 characters"),
        (home | {"callback_id": "a" * 256}, "less than 256 characters"),
    ):
        error, messages = await refusal(client, "views.publish", user_id=USER, view=wrong)
        assert error == "invalid_arguments"
        assert any(said in message for message in messages), messages


async def test_a_modal_needs_a_fresh_trigger(fake: SlackFake, client: AsyncWebClient, product: Product) -> None:
    """An invented, a spent and an old trigger open nothing."""
    await fake.command(USER, "설정")
    trigger = product.last["trigger_id"]
    assert (await refusal(client, "views.open", trigger_id="1.2.3", view=modal()))[0] == "invalid_trigger_id"
    error, messages = await refusal(client, "views.open", trigger_id=trigger, view=modal(title=plain("가" * 25)))
    assert (error, messages) == (
        "invalid_arguments",
        ["must be less than 25 characters [json-pointer:/view/title/text]"],
    )
    await client.views_open(trigger_id=trigger, view=modal())
    assert fake.modal(USER) is not None
    assert (await refusal(client, "views.open", trigger_id=trigger, view=modal()))[0] == "exchanged_trigger_id"
    await fake.command(USER, "설정")
    late = product.last["trigger_id"]
    fake.workspace.triggers[late].born -= 3
    assert (await refusal(client, "views.open", trigger_id=late, view=modal()))[0] == "expired_trigger_id"


async def test_a_modal_must_be_well_formed(fake: SlackFake, client: AsyncWebClient, product: Product) -> None:
    """Without a title, or with inputs that nothing submits, a modal is refused."""
    await fake.command(USER, "설정")
    trigger = product.last["trigger_id"]
    bare = modal()
    del bare["title"]
    assert (
        "must provide an object [json-pointer:/view/title]"
        in (await refusal(client, "views.open", trigger_id=trigger, view=bare))[1]
    )
    unsent = modal()
    del unsent["submit"]
    assert (
        "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]"
        in (await refusal(client, "views.open", trigger_id=trigger, view=unsent))[1]
    )
    long = modal(field(label=plain("가" * 2001)))
    assert "less than 2001" in (await refusal(client, "views.open", trigger_id=trigger, view=long))[1][0]
    assert (await refusal(client, "views.open", trigger_id=trigger, view="a"))[0] == "invalid_arguments"


async def test_a_submission_is_answered_in_the_same_breath(
    fake: SlackFake, client: AsyncWebClient, product: Product
) -> None:
    """Errors keep the modal, an update and a push change it, clear and an empty answer close it."""
    await fake.command(USER, "설정")
    where = {"where": {"typed": {"value": "강남구"}}}
    await client.views_open(trigger_id=product.last["trigger_id"], view=modal())
    with pytest.raises(LookupError, match="where is empty"):
        await fake.submit(USER, None)
    with pytest.raises(LookupError, match="no such inputs"):
        await fake.submit(USER, where | {"other": {"a": {"value": "b"}}})
    product.answers = [(200, {"response_action": "errors", "errors": {"where": "못 찾았어요"}}, {})]
    id, answer = await fake.submit(USER, where)
    assert answer["errors"] == {"where": "못 찾았어요"}
    assert product.last["trigger_id"] == id
    assert product.last["view"]["state"]["values"] == {
        "where": {"typed": {"type": "plain_text_input", "value": "강남구"}}
    }
    chosen = modal({"type": "input", "block_id": "dong", "label": plain("동"), "element": select()})
    product.answers = [(200, {"response_action": "push", "view": chosen}, {})]
    await fake.submit(USER, where)
    await fake.submit(USER, {"dong": {"pick": {"selected_option": {"value": "11"}}}})
    picked = product.last["view"]["state"]["values"]["dong"]["pick"]
    assert picked["selected_option"]["text"]["text"] == "강남구"
    opened = fake.modal(USER)
    assert opened is not None
    assert opened["previous_view_id"] is None
    for wrong in (
        {"response_action": "errors", "errors": {"nowhere": "a"}},
        {"response_action": "update", "view": {"type": "home"}},
        {"response_action": "dance"},
        "ok",
    ):
        product.answers = [(200, wrong, {})]
        await fake.submit(USER, where)
        assert fake.refused[-1].error == "invalid_response"
    product.answers = [(200, {"response_action": "update", "view": modal(notify_on_close=True)}, {})]
    await fake.submit(USER, where)
    await fake.dismiss(USER)
    assert product.last["type"] == "view_closed"
    assert fake.modal(USER) is None


async def test_views_can_be_pushed_three_deep_and_updated(
    fake: SlackFake, client: AsyncWebClient, product: Product
) -> None:
    """Each push spends a trigger of the open modal; the fourth view is refused; an update names its view."""
    await fake.command(USER, "설정")
    first = (await client.views_open(trigger_id=product.last["trigger_id"], view=modal(actions(button()), field())))[
        "view"
    ]
    for _ in range(2):
        await fake.tap(USER, "yes")
        assert product.last["container"]["type"] == "view"
        await client.views_push(trigger_id=product.last["trigger_id"], view=modal(actions(button()), field()))
    await fake.tap(USER, "yes")
    trigger = product.last["trigger_id"]
    assert (await refusal(client, "views.push", trigger_id=trigger, view=modal()))[0] == "push_limit_reached"
    await client.views_update(view_id=first["id"], view=modal(title=plain("다른 제목")))
    assert (await refusal(client, "views.update", view_id="V9", view=modal()))[0] == "not_found"
    wrong = await refusal(client, "views.update", view_id=first["id"], view=modal(), hash=first["hash"])
    assert wrong[0] == "hash_conflict"
