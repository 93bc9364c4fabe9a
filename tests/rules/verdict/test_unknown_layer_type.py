"""Layer types: who has them, in which phases they matter, and when nothing can be said."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.immutable import replace
from caffe_ls.net.model import State
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Severity
from caffe_ls.schema import catalog
from caffe_ls.settings import Settings
from tests.rules.checking import expect, findings_of

DATA = 'layer { name: "d" type: "DummyData" top: "d" dummy_data_param { shape { dim: 1 } } }\n'


@pytest.mark.parametrize(
    ("rules", "phases"),
    [
        ("", ()),
        ("include { phase: TEST }", ("TEST",)),
        ("exclude { phase: TEST }", ("TRAIN",)),
        ("include { phase: TRAIN } include { phase: TEST }", ()),
        ("include { phase: 0 }", ("TRAIN",)),
        ("include { max_level: 0 }", ()),
        ('exclude { stage: "deploy" }', ()),
        ('include { not_stage: "deploy" phase: TRAIN }', ("TRAIN",)),
    ],
)
def test_the_finding_names_the_phases_that_build_the_layer(rules: str, phases: tuple[str, ...]) -> None:
    found = findings_of(DATA + f'layer {{ name: "a" type: "Nonsense" {rules} }}\n')
    assert [(finding.rule, finding.phases) for finding in found] == [("unknown-layer-type", phases)]
    assert found[0].stage == "init"


def test_a_layer_that_is_never_built_may_be_of_any_type() -> None:
    strange = 'layer { name: "a" type: "Nonsense" include { min_level: 1 } }\n'
    assert findings_of(DATA + strange) == []
    assert [finding.rule for finding in findings_of("state { level: 1 }\n" + DATA + strange)] == ["unknown-layer-type"]


def test_a_layer_of_a_stage_is_told_without_alarm() -> None:
    found = findings_of(DATA + 'layer { name: "a" type: "Nonsense" include { stage: "deploy" } }\n')
    assert [(finding.severity, finding.stage) for finding in found] == [(Severity.INFORMATION, None)]
    assert "stage `deploy`" in found[0].message


def test_the_states_that_the_user_asks_about_decide() -> None:
    text = DATA + 'layer { name: "a" type: "Nonsense" include { stage: "deploy" } }\n'
    context = Context(states=(State("TEST", stages=frozenset({"deploy"})),))
    found = check(PrototxtDocument("/net.prototxt", text, Settings(dialect="bvlc"), context=context))
    assert [(finding.rule, finding.severity) for finding in found] == [("unknown-layer-type", Severity.ERROR)]


def test_nets_within_a_solver_are_judged() -> None:
    text = """
        net_param {
          layer { name: "a" type: "Nonsense" }
          #                       ^^^^^^^^^^ unknown-layer-type
        }
        base_lr: 0.1
        lr_policy: "fixed"
        max_iter: 10
        display: 1
        solver_mode: CPU
        snapshot_prefix: "s"
    """
    (finding,) = expect(text)
    assert finding.layer == "a"


def test_a_misspelt_type_field_is_told_once() -> None:
    assert [finding.rule for finding in findings_of('layer { name: "a" typ: "ReLU" }\n')] == ["unknown-field"]


def test_old_layers_are_known_by_their_old_names() -> None:
    text = 'layers { name: "a" type: RELU bottom: "x" top: "x" }\n'
    assert "unknown-layer-type" not in [finding.rule for finding in findings_of(text)]
    found = findings_of('layers { layer { name: "a" type: "rel" } }\n')
    assert {(finding.rule, finding.stage) for finding in found} >= {("unknown-layer-type", "upgrade")}


def test_a_users_fork_may_register_what_is_not_read() -> None:
    own = replace(catalog.load("bvlc"), dialect="own", layer_types_complete=False)
    text = DATA + "".join(
        f'layer {{ name: "{name}" type: "{name}" bottom: "d" top: "{name}" }}\n'
        for name in ("OwnLayer", "Permute", "Relu")
    )
    found = check(PrototxtDocument("/net.prototxt", text, context=Context(own_schema=own)))
    assert [(finding.layer, finding.severity) for finding in found] == [("Relu", Severity.INFORMATION)]


def test_a_forks_type_offers_the_setting() -> None:
    found = expect("""
        layer { name: "x" type: "DummyData" top: "x" dummy_data_param { shape { dim: 1 } } }
        layer { name: "a" type: "PriorBox" bottom: "x" top: "y" }
        #                       ^^^^^^^^^^ unknown-layer-type
    """)
    assert found[0].fixes[0].setting == ("dialect", "ssd")


def test_where_the_dialect_is_guessed_only_a_slip_is_an_error() -> None:
    def severities(settings: Settings | None, layer_type: str) -> list[Severity | None]:
        document = PrototxtDocument("net.prototxt", f'layer {{ name: "a" type: "{layer_type}" }}\n', settings)
        return [finding.severity for finding in check(document)]

    assert severities(None, "Convolutoin") == [Severity.ERROR]
    assert severities(None, "OurOwnLayer") == [Severity.INFORMATION], "their Caffe may be built with it"
    assert severities(Settings(dialect="bvlc"), "OurOwnLayer") == [Severity.ERROR]


def test_a_type_with_a_block_of_its_own_is_no_misspelling() -> None:
    slip = 'layer { name: "r" type: "RReLU" bottom: "d" top: "r" %s }\n'
    for block, severity in (("rrelu_param { lower: 1 }", Severity.INFORMATION), ("", Severity.ERROR)):
        found = [one for one in findings_of(DATA + slip % block, dialect="auto") if one.rule == "unknown-layer-type"]
        assert [one.severity for one in found] == [severity]
        assert bool(found[0].fixes) is (severity is Severity.ERROR)


def test_a_type_of_an_unknown_fork_that_is_written_again_and_again_is_meant_so() -> None:
    layer = 'layer { name: "e%d" type: "EmbedSum" bottom: "d" top: "e%d" }\n'

    def told(times: int, dialect: str) -> tuple[str, int]:
        text = DATA + "".join(layer % (number, number) for number in range(times))
        found = check(PrototxtDocument("/net.prototxt", text, Settings(dialect=dialect)))
        (first, *_) = (finding for finding in found if finding.rule == "unknown-layer-type")
        return first.message, len(first.fixes)

    assert "did you mean `Embed`?" in told(1, "auto")[0]
    message, fixes = told(3, "auto")
    assert "did you mean" not in message
    assert not fixes
    assert "did you mean `Embed`?" in told(3, "bvlc")[0], "of a Caffe that is known it is refused"
