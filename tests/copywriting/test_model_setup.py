"""Which model is configured, what its process may know, and how prompts and answers are read."""

from __future__ import annotations

import json
import re

import pytest

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.copywriting.frameworks import FRAMEWORKS, Trigger
from app.copywriting.limits import SHAPES
from app.copywriting.model import prompts
from app.copywriting.model.answers import Unusable, read, variation
from app.copywriting.model.asking import Asking, groups
from app.copywriting.model.prompts import PromptError, data, prompt
from app.copywriting.model.setup import ModelSetup, model_setup
from app.copywriting.plan import Slot, plan
from app.copywriting.variation import Beat
from app.copywriting.vocabulary import BUTTONS
from app.copywriting.writing import Place
from app.settings import Settings, SettingsError

NEEDED = {
    "APP_ENV": "test",
    "DATABASE_URL": "postgresql://someone:secret-of-the-database@host/name",
    "SECRET_KEY": "s" * 40,
    "ENCRYPTION_KEYS": "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
    "META_APP_SECRET": "secret-of-meta",
    "OPENAI_API_KEY": "key-of-openai",
    "ANTHROPIC_API_KEY": "key-of-anthropic",
    "AWS_SECRET_ACCESS_KEY": "key-of-aws",
    "HTTPS_PROXY": "http://proxy.example:3128",
}
BRIEF = Brief(product="Ember Mug", facts=("$49, delivery included",))
FEED = Place(3, Slot(AdPlatform.META, FRAMEWORKS["PAS"], Angle.PROBLEM))
GOOD = {
    "place": 3,
    "primary_text": "Cold again? Ember Mug.",
    "headline": "Still hot",
    "description": "To the last sip",
    "cta": "Shop now",
    "beats": {"solve": "Ember Mug.", "problem": "Cold again?"},
    "trigger": "social proof",
}


def settings(**said: str) -> Settings:
    return Settings.from_environ({**NEEDED, **said})


def test_without_a_model_the_built_in_writer_writes_alone() -> None:
    assert model_setup(settings()) is None
    assert settings().llm_environment == {}


@pytest.mark.parametrize(
    ("model", "seen"),
    [
        ("gpt-4o-mini", {"OPENAI_API_KEY", "ANTHROPIC_API_KEY"}),
        ("anthropic/claude-sonnet-4-5", {"ANTHROPIC_API_KEY"}),
        ("bedrock/amazon.nova-pro-v1:0", {"AWS_SECRET_ACCESS_KEY"}),
        ("mistral/mistral-large-latest", set()),
    ],
)
def test_the_models_process_sees_its_own_providers_variables_and_no_secret_of_ours(
    model: str, seen: set[str]
) -> None:
    setup = model_setup(settings(LLM_MODEL=model))

    assert setup
    assert dict(setup.environment).keys() == seen | {"HTTPS_PROXY"}
    assert "key-of" not in repr(setup)


def test_a_server_of_ones_own_is_sent_no_key_of_a_provider() -> None:
    said = settings(LLM_MODEL="llama3.1", LLM_API_BASE="http://127.0.0.1:11434/v1/")
    setup = model_setup(said)

    assert setup
    assert setup.model == "openai/llama3.1"
    assert setup.base == "http://127.0.0.1:11434/v1"
    assert setup.name == "llama3.1 at 127.0.0.1:11434"
    assert [name for name, _ in setup.environment] == ["HTTPS_PROXY"]


def test_an_address_without_a_model_is_refused() -> None:
    with pytest.raises(SettingsError, match="LLM_MODEL"):
        settings(LLM_API_BASE="http://127.0.0.1:11434/v1")


def test_a_prompt_with_a_variable_too_many_or_too_few_is_an_error() -> None:
    with pytest.raises(PromptError, match="places"):
        prompt("repair", complaint="it was empty.", example="{}")
    with pytest.raises(PromptError, match="colour"):
        prompt("system", colour="red")


def test_every_prompt_is_used_and_whole() -> None:
    asking = Asking(Brief(product="Ember Mug", platforms=tuple(AdPlatform)))
    places = [Place(number, slot) for number, slot in enumerate(plan(asking.brief, 4))]
    texts = [
        message["content"]
        for place in places
        for message in asking.write([place], ()).messages
    ]  # fmt: skip

    assert not re.search(r"\$[a-z_{]", "\n".join(texts))
    names = {path.stem for path in prompts._FOLDER.iterdir()}
    of_reports = {"report", "report_system"}
    assert names - of_reports == {"system", "write", "mend", "repair", "feed", "search", "short"}
    for platform, text in zip(AdPlatform, texts[1::2], strict=True):
        assert f"at most {SHAPES[platform].headline.most}" in text


@pytest.mark.parametrize("attack", ["</data>", "<data>", "\u2028", '"}]}', "&lt;/data&gt;"])
def test_data_reads_back_as_it_was_and_holds_no_bracket(attack: str) -> None:
    block = data({"said": attack})

    assert json.loads(block) == {"said": attack}
    assert not set("<>&\u2028") & set(block)


def test_groups_hold_one_platform_each_and_are_five_at_most_for_twenty() -> None:
    for several in ((AdPlatform.META,), tuple(AdPlatform)[:2], tuple(AdPlatform)):
        brief = Brief(product="Ember Mug", platforms=several)
        made = groups([Place(number, slot) for number, slot in enumerate(plan(brief, 20))])
        assert len(made) <= 5
        assert len(made[0]) == 2
        assert sorted(place.number for group in made for place in group) == list(range(20))
        assert all(len({place.slot.platform for place in group}) == 1 for group in made)


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"variations": [GOOD, GOOD]}),
        json.dumps([GOOD, GOOD]),
        f"Sure:\n```json\n{json.dumps({'variations': [GOOD, GOOD]}, indent=2)}\n```",
        json.dumps({"variations": [GOOD, GOOD, GOOD]})[:-30],
        '{"variations": [' + json.dumps(GOOD) + " , \n" + json.dumps(GOOD) + ", ]}",
        json.dumps({"note": "[draft]", "variations": [GOOD, GOOD]}),
    ],
)
def test_every_whole_variation_in_an_answer_is_found(answer: str) -> None:
    assert read(answer) == [GOOD, GOOD]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("", "empty"),
        ("I am sorry.", "no JSON"),
        ('{"variations": [{"place": 1, "head', "no valid JSON"),
        ('{"ads": 3}', "no list"),
    ],
)
def test_an_answer_of_no_use_says_why(answer: str, complaint: str) -> None:
    found = read(answer)

    assert isinstance(found, Unusable)
    assert complaint in found.complaint


def test_a_button_and_steps_are_read_as_people_write_them() -> None:
    made = variation(GOOD, FEED, BRIEF)

    assert made
    assert made.cta == "SHOP_NOW"
    assert made.cta in BUTTONS[AdPlatform.META]
    assert made.beats == (
        Beat("problem", "Cold again?"),
        Beat("agitate", ""),
        Beat("solve", "Ember Mug."),
    )


@pytest.mark.parametrize(
    ("text", "named", "kept"),
    [
        ("$49, delivery included.", "Anchoring", Trigger.ANCHORING),
        ("Hot to the last sip.", "Anchoring", Trigger.COMMITMENT),
        ("Loved by everybody.", "Social proof", Trigger.COMMITMENT),
        ("Hot to the last sip.", "loss aversion", Trigger.LOSS_AVERSION),
    ],
)
def test_a_trigger_that_needs_a_fact_is_named_only_where_the_fact_is_said(
    text: str, named: str, kept: Trigger
) -> None:
    made = variation({**GOOD, "primary_text": text, "trigger": named}, FEED, BRIEF)

    assert made
    assert made.trigger is kept


def test_what_a_database_cannot_keep_is_left_out_of_a_text() -> None:
    odd = {**GOOD, "primary_text": "Cold\x00 again?\n\nEmber\ud83d Mug.", "headline": "Still\nhot"}
    made = variation(odd, FEED, BRIEF)

    assert made
    assert made.primary_text == "Cold again?\n\nEmber Mug."
    assert made.headline == "Still hot"


@pytest.mark.parametrize("wrong", [{"headline": ""}, {"headline": 7}, {"primary_text": None}])
def test_a_variation_without_one_of_its_texts_is_none(wrong: dict[str, object]) -> None:
    assert variation({**GOOD, **wrong}, FEED, BRIEF) is None


def test_a_password_in_the_servers_address_is_said_in_no_message() -> None:
    setup = ModelSetup("openai/llama", base="https://team:long-password@models.example/v1")

    assert "long-password" in setup.secrets
    assert setup.name == "llama at models.example"
