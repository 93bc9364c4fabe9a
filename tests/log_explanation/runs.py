"""A small run, as its log tells it, for the tests of what reads logs."""

from __future__ import annotations

from tests.training_log.logs import glog

SOLVER = """\
Initializing solver from parameters:
|base_lr: 0.1
|lr_policy: "step"
|gamma: 0.5
|stepsize: 2
|max_iter: 6
|display: 1
|net: "net.prototxt"
Creating training net from net file: net.prototxt
"""

NET = """\
Initializing net from parameters:
|name: "small"
|state {
|  phase: TRAIN
|}
|layer {
|  name: "data"
|  type: "Input"
|  top: "data"
|  input_param { shape { dim: 4 dim: 3 } }
|}
|layer {
|  name: "ip"
|  type: "InnerProduct"
|  bottom: "data"
|  top: "ip"
|  inner_product_param {
|    num_output: 2
|  }
|}
|layer {
|  name: "relu"
|  type: "ReLU"
|  bottom: "ip"
|  top: "ip"
|}
"""

CONSTRUCTION = """\
Creating Layer data
data -> data
Setting up data
Top shape: 4 3 (12)
Memory required for data: 48
Creating Layer ip
ip <- data
ip -> ip
Setting up ip
Top shape: 4 2 (8)
Memory required for data: 80
Creating Layer relu
relu <- ip
relu -> ip (in-place)
Setting up relu
Top shape: 4 2 (8)
Memory required for data: 112
relu needs backward computation.
ip needs backward computation.
data does not need backward computation.
This network produces output ip
Network initialization done.
Solving small
"""


def debug(data: object, ip: object, weights: object, relu: object, diff: object) -> str:
    """The debug lines of one pass."""
    return f"""\
    [Forward] Layer data, top blob data data: {data}
    [Forward] Layer ip, top blob ip data: {ip}
    [Forward] Layer ip, param blob 0 data: {weights}
    [Forward] Layer relu, top blob ip data: {relu}
    [Backward] Layer ip, param blob 0 diff: {diff}
    [Backward] All net params (data, diff): L1 norm = ({weights}, {diff}); L2 norm = ({weights}, {diff})
"""


def iteration(number: int, loss: object, rate: object) -> str:
    """The lines that close an iteration."""
    return f"Iteration {number}, loss = {loss}\nIteration {number}, lr = {rate}\n"


START = SOLVER + NET + CONSTRUCTION

HEALTHY = START + "".join(
    debug(0.5, round(0.3 + at / 10, 2), round(0.4 + at / 100, 2), 0.2, 0.01)
    + iteration(at, 2 - at / 4, 0.1 * 0.5 ** (at // 2))
    for at in range(4)
)

EXPLODING = (
    START
    + debug(0.5, 0.3, 0.4, 0.2, 0.01)
    + iteration(0, 2, 0.1)
    + debug(0.5, "nan", "nan", 0, "nan")
    + iteration(1, "nan", 0.1)
)


def log(text: str) -> bytes:
    """A log of these lines."""
    return glog(text)
