"""What is certain of a document's nets and what rests on a guess; checks of them against other files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import certain_net, judged_nets
from caffe_ls.immutable import replace
from caffe_ls.net.model import ONE_NUMBER_AN_ITEM, Net
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.text.span import Span


def in_each_state(document: PrototxtDocument, check: Callable[[Net], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of a check in the states in which the net will be used, with their phases where not in all.

    Guesses about data are left out: what another file says is not held against them.
    """
    if document.template:
        return
    nets = judged_nets(document)
    found: dict[tuple[Span, str], Finding] = {}
    phases: dict[tuple[Span, str], list[str]] = {}
    for net in nets:
        for finding in check(certain_net(document, net)):
            key = (finding.span, finding.message)
            found.setdefault(key, finding)
            phases.setdefault(key, []).append(net.phase)
    judged = {net.phase for net in nets}
    for key, finding in found.items():
        holds_in = tuple(dict.fromkeys(phases[key]))
        yield finding if len(holds_in) == len(judged) else replace(finding, phases=holds_in)


def assumed(finding: Finding, assumes: tuple[str, ...]) -> Finding:
    """The finding, which rests on a guess, says so: a warning at most, information where the guess is often wrong."""
    most = Severity.INFORMATION if ONE_NUMBER_AN_ITEM in assumes else Severity.WARNING
    severity = max(finding.severity or most, most, key=lambda one: one.rank)
    message = f"{finding.message} (assuming {', '.join(assumes)})"
    return replace(finding, severity=severity, stage=None, assumes=assumes, message=message)


def name_span(net: Net, layer: int) -> Span:
    """Where a layer of the net has its name in the file; the whole layer where it has none."""
    return net.place(layer, "name")
