"""Advice by table: a situation, the strategy that wins, those that are impossible."""

from __future__ import annotations

from datetime import date

import pytest

from gonogo.inspect.asked import Asked
from gonogo.inspect.facts import Fact, Profile
from gonogo.inspect.sentence import understand
from gonogo.model.units import Ratio
from gonogo.model.world import Capabilities
from gonogo.plan.advice import Advice, advise
from gonogo.plan.advice_reasons import BASIS, REASONS
from gonogo.plan.advice_situation import STRATEGIES, Risk

ABLE = Capabilities(weight_step=Ratio(0.01), instant_switch=True, holds_revisions=True)
COARSE = Capabilities(weight_step=Ratio(0.25), instant_switch=True, holds_revisions=True)
ALL_OR_NOTHING = Capabilities(weight_step=Ratio(1), instant_switch=True, holds_revisions=True)
PLAIN = Capabilities(weight_step=Ratio(1), instant_switch=False, holds_revisions=False)
DROPS = Fact("migrations.contract", "DROP COLUMN", "db/002.sql:3", False, of="db/002.sql")
LOCKS = Fact("migrations.locking", "CREATE INDEX", "db/002.sql:1", False, of="db/002.sql")
KEEPS = Fact("kubernetes.stateful", True, "k8s/shop.yaml:8", how="its pods have an identity", of="StatefulSet/shop")
BESIDE = Fact("compose.stateful", True, "compose.yaml:9", how="named volume", of="db")
THREE = Fact("kubernetes.replicas", 3, "k8s/shop.yaml:4", of="Deployment/shop")


def profile(*facts: Fact) -> Profile:
    return Profile("/shop", facts, (), 1, True)


def advice(tier: int = 2, sentence: str = "deploy shop 2.0", facts=(), able=ABLE, **more) -> Advice:
    settings = {"instances": 4, "spare": 4} | more
    return advise(tier, understand(sentence, date(2026, 3, 3)), profile(*facts), able, **settings)


CASES = [
    ("ordinary", {}, "canary", set()),
    ("critical", {"tier": 1}, "canary", set()),
    ("internal", {"tier": 3}, "rolling", set()),
    ("internal, much risk", {"tier": 3, "risk": Risk.HIGH}, "rolling", set()),
    ("internal, little risk", {"tier": 3, "risk": Risk.LOW}, "canary", set()),
    ("internal, one instance", {"tier": 3, "instances": 1, "spare": 0}, "direct", {"canary", "blue-green", "rolling"}),
    ("first", {"first": True}, "direct", {"canary", "blue-green", "rolling"}),
    ("contract", {"facts": (DROPS,)}, "direct", set()),
    ("contract, critical", {"facts": (DROPS,), "tier": 1}, "canary", set()),
    ("contract, said", {"sentence": "deploy shop 2.0, drop the code column"}, "direct", set()),
    ("locking", {"facts": (LOCKS,)}, "canary", set()),
    ("expand", {"sentence": "deploy shop 2.0 with a code column"}, "canary", set()),
    ("stateful", {"facts": (KEEPS,)}, "rolling", set()),
    ("a database beside it", {"facts": (BESIDE,)}, "canary", set()),
    ("hotfix", {"sentence": "hotfix shop 2.0.1"}, "blue-green", set()),
    ("hotfix, critical", {"sentence": "hotfix shop 2.0.1", "tier": 1}, "blue-green", set()),
    ("breaking", {"sentence": "deploy shop 2.0, a breaking change"}, "blue-green", set()),
    ("no room", {"spare": 0}, "rolling", {"canary", "blue-green"}),
    ("little room", {"spare": 1}, "canary", {"blue-green"}),
    ("no weights", {"able": ALL_OR_NOTHING}, "blue-green", {"canary"}),
    ("no weights, critical", {"able": ALL_OR_NOTHING, "tier": 1}, "blue-green", {"canary"}),
    ("plain", {"able": PLAIN}, "rolling", {"canary", "blue-green"}),
    ("ruled out", {"sentence": "deploy shop 2.0, not a canary", "tier": 1}, "blue-green", {"canary"}),
    ("not offered", {"offered": ("canary", "direct"), "tier": 3}, "canary", {"blue-green", "rolling"}),
    ("downtime planned", {"sentence": "deploy shop 2.0 with downtime", "tier": 3, "risk": Risk.HIGH}, "direct", set()),
    ("no downtime", {"sentence": "deploy shop 2.0 with no downtime", "tier": 3}, "rolling", set()),
    ("all ruled out", {"sentence": "deploy shop 2.0, not all at once", "first": True}, "",
     {"canary", "blue-green", "rolling", "direct"}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "recommended", "excluded"), [pytest.param(*c[1:], id=c[0]) for c in CASES])
def test_advice(case: dict, recommended: str, excluded: set[str]) -> None:
    found = advice(**case)
    assert found.recommended == recommended
    assert {one.strategy for one in found.rated if one.excluded} == excluded
    assert sorted(one.strategy for one in found.rated) == sorted(STRATEGIES)
    for one in found.rated:
        assert one.score == sum(reason.points for reason in one.reasons)
        assert all(
            ("{" not in reason.text and reason.points) or reason.text == BASIS["direct"][1] for reason in one.reasons
        )


def test_reasons_rest_on_facts() -> None:
    canary = advice(facts=(DROPS,)).of("canary")
    assert ("db/002.sql:3", -4) in {(reason.where, reason.points) for reason in canary.reasons}
    assert any("DROP COLUMN" in reason.text for reason in canary.reasons)
    rolling = advice(facts=(THREE, KEEPS), instances=None).of("rolling")
    assert "k8s/shop.yaml:8" in {reason.where for reason in rolling.reasons}


def test_size_comes_from_the_manifest_of_that_service() -> None:
    assert (
        advice(facts=(THREE,), instances=None, spare=2)
        .of("blue-green")
        .excluded.startswith("it runs everything twice, 3")
    )
    other = Fact("kubernetes.replicas", 3, "x:1", of="Deployment/other")
    assert any("how many instances" in text for text in advice(facts=(other,), instances=None).open)


def test_what_the_sentence_asks_for_is_not_overruled_in_silence() -> None:
    found = advice(sentence="deploy shop 2.0 rolling", tier=1)
    assert (found.asked, found.recommended, found.agrees) == ("rolling", "canary", False)
    assert advice(sentence="deploy shop 2.0 canary", tier=1).agrees


def test_unknown_things_are_said() -> None:
    assert len(advice(instances=None, spare=None).open) == 3
    none = Fact("migrations.any", False, ".")
    assert advice(facts=(none,)).open == ()


def test_every_rule_speaks_and_can_hold() -> None:
    sentences = (
        "deploy shop 2.0 behind flag x-y, urgent, a breaking payment change, irreversible, at peak, no downtime",
        "deploy shop 2.0 with downtime, a tiny change, with a code column",
    )
    model = Fact("ml.model", "m.onnx", "m.onnx:1")
    plain = Capabilities(weight_step=Ratio(0.25), instant_switch=True, holds_revisions=False)
    runs = [
        advice(1, sentences[0], (DROPS, LOCKS, KEEPS, model), plain, spare=None, risk=Risk.LOW),
        advice(3, sentences[1], (), COARSE, instances=1, spare=None, risk=Risk.HIGH),
    ]
    said = {reason.points for run in runs for one in run.rated for reason in one.reasons}
    assert said
    texts = {text.split("{")[0] for rule in REASONS for _, text in rule.says.values()}
    heard = {reason.text for run in runs for one in run.rated for reason in one.reasons}
    silent = {text for text in texts if text and not any(h.startswith(text) for h in heard)}
    assert silent == set()


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="instances"):
        advice(instances=0)
    assert isinstance(understand("", date(2026, 3, 3)), Asked)
