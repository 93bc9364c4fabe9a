"""A loss is at the floor of its logarithm.

SoftmaxWithLoss takes no logarithm of less than FLT_MIN: 87.3365 is the most that it gives, where the right class of
every sample has no probability left (softmax_loss_layer.cpp). MultinomialLogisticLoss has its floor at 1e-20, which is
46.05. The scores have run away. On a GPU a probability that is nan is floored, too: 87.3365 may be nan there.

Source: softmax_loss_layer.cpp, softmax_loss_layer.cu, multinomial_logistic_loss_layer.hpp (kLOG_THRESHOLD).

Bad:
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 20, loss = 87.3365
        Train net output #0: loss = 87.3365 (* 1 = 87.3365 loss)
        # ^^^

Good:
    Iteration 0, loss = 2.3
        Train net output #0: loss = 2.3 (* 1 = 2.3 loss)
    Iteration 20, loss = 2.2
        Train net output #0: loss = 2.2 (* 1 = 2.2 loss)
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.observations import LOG_OF_SMALLEST_FLOAT, losses
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule

_LOG_OF_1E_20 = 46.0517


@log_rule(severity=Severity.WARNING)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    for curve in losses(evidence):
        for floor, what in ((LOG_OF_SMALLEST_FLOAT, "-ln(FLT_MIN)"), (_LOG_OF_1E_20, "-ln(1e-20)")):
            at = next((at for at, value in enumerate(curve.series.values) if abs(value - floor) < 1e-3), None)
            if at is not None:
                text = f"`{curve.name}` is {floor:.6g} = {what}: the right classes have no probability left"
                iteration = curve.series.iterations[at]
                yield LogFinding(curve.series.line_at(at), text, iteration, blob=curve.name)
