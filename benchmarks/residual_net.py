"""Nets in the shape of ResNet-152, and larger ones of the same kind."""

from __future__ import annotations


def residual_net(blocks: tuple[int, ...] = (3, 8, 36, 3)) -> str:
    """A net in the shape of ResNet-152, some 7,000 lines."""
    lines = ['name: "Residual"', *_input_layer(), *_convolution("conv1", "data", 64, 7, 2), *_pooling("pool1", "conv1")]
    bottom = "pool1"
    for stage, count in enumerate(blocks, 2):
        width = 64 << (stage - 2)
        for block in range(count):
            name = f"res{stage}_{block}"
            stride = 2 if block == 0 and stage > 2 else 1
            shortcut = bottom
            if block == 0:
                shortcut = f"{name}_branch1"
                lines += _convolution(shortcut, bottom, width * 4, 1, stride, relu=False)
            lines += _convolution(f"{name}_branch2a", bottom, width, 1, stride)
            lines += _convolution(f"{name}_branch2b", f"{name}_branch2a", width, 3, 1, pad=1)
            lines += _convolution(f"{name}_branch2c", f"{name}_branch2b", width * 4, 1, 1, relu=False)
            lines += _layer(name, "Eltwise", (shortcut, f"{name}_branch2c"), (name,))
            lines += _layer(f"{name}_relu", "ReLU", (name,), (name,))
            bottom = name
    lines += _layer("pool5", "Pooling", (bottom,), ("pool5",), "pooling_param { pool: AVE global_pooling: true }")
    settings = 'inner_product_param { num_output: 1000 weight_filler { type: "xavier" } }'
    lines += _layer("fc1000", "InnerProduct", ("pool5",), ("fc1000",), settings)
    lines += _layer("prob", "Softmax", ("fc1000",), ("prob",))
    return "\n".join(lines) + "\n"


def large_net(lines: int = 50_000) -> str:
    """A net of the same kind with at least so many lines."""
    return residual_net((3, 8, 36 * lines // 4_500, 3))


def _input_layer() -> list[str]:
    shape = "input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } }"
    return _layer("data", "Input", (), ("data",), shape)


def _layer(name: str, kind: str, bottoms: tuple[str, ...], tops: tuple[str, ...], *settings: str) -> list[str]:
    return [
        "layer {",
        f'  name: "{name}"',
        f'  type: "{kind}"',
        *(f'  bottom: "{bottom}"' for bottom in bottoms),
        *(f'  top: "{top}"' for top in tops),
        *(f"  {line}" for line in settings),
        "}",
    ]


def _pooling(name: str, bottom: str) -> list[str]:
    return _layer(
        name, "Pooling", (bottom,), (name,), "pooling_param {", "  pool: MAX", "  kernel_size: 3", "  stride: 2", "}"
    )


def _convolution(
    name: str, bottom: str, outputs: int, kernel: int, stride: int, *, pad: int = 0, relu: bool = True
) -> list[str]:
    settings = (
        "convolution_param {",
        f"  num_output: {outputs}",
        f"  kernel_size: {kernel}",
        f"  stride: {stride}",
        f"  pad: {pad or kernel // 2}",
        "  bias_term: false",
        '  weight_filler { type: "msra" }',
        "}",
    )
    lines = _layer(name, "Convolution", (bottom,), (name,), *settings)
    lines += _layer(f"{name}_bn", "BatchNorm", (name,), (name,), "batch_norm_param {", "  use_global_stats: true", "}")
    lines += _layer(f"{name}_scale", "Scale", (name,), (name,), "scale_param {", "  bias_term: true", "}")
    return lines + (_layer(f"{name}_relu", "ReLU", (name,), (name,)) if relu else [])
