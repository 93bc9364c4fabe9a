"""The arguments of every command; parsing them gives the command as a function to call."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import caffe_ls
from caffe_ls.cli.errors import FAILED

if TYPE_CHECKING:
    from caffe_ls.cli.options import CommonOptions

_DATA_SHAPE = re.compile(r"[1-9]\d*(x[1-9]\d*){0,30}")
_LARGEST_DIMENSION = 2**31 - 1

_EPILOG = """\
exit status: 0 nothing found at or above the threshold, 1 findings, 2 usage or internal error
without a command and without a terminal on standard input, caffe-ls is the language server
"""


def parse_arguments(arguments: Sequence[str]) -> Callable[[], int]:
    """The command that the arguments ask for; leaves by SystemExit for --help, --version and wrong usage."""
    parser = _parser(arguments)
    parsed = parser.parse_args(arguments)
    if parsed.command is None:
        parser.print_help()
        parser.exit(FAILED)
    make: Callable[[argparse.Namespace], Callable[[], int]] = parsed.make
    return make(parsed)


class _Parser(argparse.ArgumentParser):
    def __init__(self, **settings: Any) -> None:
        # An abbreviated option would change its meaning as soon as another option begins like it.
        super().__init__(allow_abbrev=False, formatter_class=_unprinted, **settings)

    def format_help(self) -> str:
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _unprinted(prog: str) -> argparse.HelpFormatter:
    """What argparse checks options with: the width of the terminal, which takes time to know, is not asked for."""
    return argparse.HelpFormatter(prog, width=80)


def _parser(arguments: Sequence[str]) -> _Parser:
    """The parser of these arguments: where they begin with a command it knows no other, which would take time."""
    parser = _Parser(
        prog="caffe-ls", description="Language server and linter for Caffe's prototxt files.", epilog=_EPILOG
    )
    parser.add_argument("--version", action="version", version=f"caffe-ls {caffe_ls.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=_Parser)
    known = _commands()
    for name in arguments[:1] if arguments and arguments[0] in known else known:
        add, what = known[name]
        command = commands.add_parser(name, help=what)
        if name in arguments:
            add(command)
    return parser


def _commands() -> dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]]:
    return {
        "check": (_add_check, "find what is wrong in nets and solvers, and mend it"),
        "shapes": (_add_shapes, "show a net's layers, shapes, parameters and memory"),
        "diagnose": (_add_diagnose, "say why a training run went as it did, from its log"),
        "fmt": (_add_fmt, "format files in place"),
        "upgrade": (_add_upgrade, "print a file of old Caffe in today's form"),
        "explain": (_add_explain, "say what a rule finds and why it matters, or what a line of a log means"),
        "rules": (_add_rules, "list the rules"),
        "serve": (_add_serve, "run the language server on standard input and output"),
    }


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.description = "Find what is wrong in nets and solvers. Folders are searched for files that are Caffe's."
    formats = ("text", "json", "sarif", "github", "junit")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for standard input")
    parser.add_argument("--format", choices=formats, default="text", help="how to print findings (default: text)")
    parser.add_argument(
        "--select", action="append", type=_names, default=[], metavar="RULE", help="only these rules or categories"
    )
    parser.add_argument(
        "--ignore", action="append", type=_names, default=[], metavar="RULE", help="not these rules or categories"
    )
    thresholds = ("error", "warning", "information", "hint", "never")
    parser.add_argument(
        "--fail-on",
        choices=thresholds,
        default="warning",
        help="the least severity that gives exit status 1 (default: warning)",
    )
    parser.add_argument("--fix", action="store_true", help="apply safe fixes in place; for -, print the fixed text")
    parser.add_argument(
        "--unsafe", action="store_true", help="with --fix or --diff: also fixes that change the training"
    )
    parser.add_argument("--diff", action="store_true", help="print what --fix would change, and write nothing")
    parser.add_argument("--baseline", default="", metavar="FILE", help="leave out what this earlier JSON report has")
    parser.add_argument(
        "--weights", default="", metavar="FILE", help="a .caffemodel: what of it would not load into the nets is told"
    )
    _add_common(parser)

    def make(parsed: argparse.Namespace) -> Callable[[], int]:
        if parsed.unsafe and not (parsed.fix or parsed.diff):
            parser.error("--unsafe needs --fix or --diff")
        if parsed.diff and parsed.format != "text":
            parser.error("--diff prints a diff and no report: it takes no --format")
        if parsed.dialect and parsed.proto:
            parser.error("--dialect and --proto exclude each other")
        from caffe_ls.cli.options import CheckOptions

        options = CheckOptions(
            paths=tuple(parsed.paths),
            common=_common(parsed),
            report_format=parsed.format,
            select=tuple(name for names in parsed.select for name in names),
            ignore=tuple(name for names in parsed.ignore for name in names),
            fail_on=parsed.fail_on,
            fix=parsed.fix,
            unsafe=parsed.unsafe,
            diff=parsed.diff,
            baseline=parsed.baseline,
            weights=parsed.weights,
        )

        def command() -> int:
            from caffe_ls.cli.check import check

            return check(options)

        return command

    parser.set_defaults(make=make)


def _add_common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how Caffe will read the files")
    group.add_argument(
        "--dialect", default="", metavar="NAME", help="the Caffe they are for (see `caffe-ls rules --dialects`)"
    )
    group.add_argument("--proto", default="", metavar="FILE", help="the caffe.proto they are for")
    group.add_argument("--kind", choices=("net", "solver", "log"), help="what they are, whatever their content shows")
    group.add_argument("--phase", choices=("TRAIN", "TEST"), type=str.upper, help="judge nets in this phase only")
    group.add_argument(
        "--stage", action="append", default=[], metavar="S", help="a stage of the net's state; may be repeated"
    )
    group.add_argument("--level", type=int, default=0, metavar="N", help="the level of the net's state")
    group.add_argument("--data-shape", type=_data_shape, metavar="CxHxW", help="what data layers read")
    group.add_argument("--batch", type=_batch, metavar="N", help="how many items data layers read at once")
    group.add_argument(
        "--config", default="", metavar="FILE", help="settings to use instead of the nearest caffe-ls.toml"
    )
    group.add_argument("--stdin-path", default="", metavar="PATH", help="where the text of standard input belongs")


def _common(parsed: argparse.Namespace) -> CommonOptions:
    from caffe_ls.cli.options import CommonOptions

    return CommonOptions(
        dialect=parsed.dialect,
        proto=parsed.proto,
        config=parsed.config,
        kind=parsed.kind,
        phase=parsed.phase,
        stages=tuple(parsed.stage),
        level=parsed.level,
        data_shape=parsed.data_shape or "",
        batch=parsed.batch,
        stdin_path=parsed.stdin_path,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _data_shape(text: str) -> str:
    if not _DATA_SHAPE.fullmatch(text) or any(int(size) > _LARGEST_DIMENSION for size in text.split("x")):
        raise argparse.ArgumentTypeError(f"the shape of one item, such as 3x227x227, not {text!r}")
    return text


def _batch(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _LARGEST_DIMENSION:
        raise argparse.ArgumentTypeError(f"a positive number, not {text!r}")
    return int(text)


def _add_shapes(parser: argparse.ArgumentParser) -> None:
    parser.description = "Print a net's layers as Caffe builds them: shapes, parameters, multiply-adds, memory."
    parser.add_argument("path", metavar="NET", help="a net, or - for standard input")
    parser.add_argument(
        "--format", choices=("table", "json", "csv"), default="table", help="how to print them (default: table)"
    )
    _add_common(parser)

    def make(parsed: argparse.Namespace) -> Callable[[], int]:
        if parsed.dialect and parsed.proto:
            parser.error("--dialect and --proto exclude each other")

        def command() -> int:
            from caffe_ls.cli.shapes import shapes

            return shapes(parsed.path, _common(parsed), parsed.format)

        return command

    parser.set_defaults(make=make)


def _add_diagnose(parser: argparse.ArgumentParser) -> None:
    parser.description = "Read a training log, packed by gzip or xz or not, and rank the causes of how the run went."
    parser.epilog = "exit status: 0 nothing wrong but the end, 1 something is, 2 usage or internal error"
    parser.add_argument("path", metavar="LOG", help="a training log, or - for standard input")
    parser.add_argument("--solver", default="", metavar="FILE", help="the run's solver, where the log does not tell")
    parser.add_argument("--net", default="", metavar="FILE", help="the run's net, where the log does not tell")
    parser.add_argument(
        "--format",
        choices=("text", "json", "csv"),
        default="text",
        help="how to print it; csv: one row for each iteration of training, with --phase TEST of tests (default: text)",
    )
    parser.add_argument("--series", choices=("full",), help="with --format json: all points, not thinned")
    parser.add_argument(
        "--follow", action="store_true", help="go on while the log grows; tell when the verdict changes"
    )
    _add_common(parser)

    def make(parsed: argparse.Namespace) -> Callable[[], int]:
        if parsed.dialect and parsed.proto:
            parser.error("--dialect and --proto exclude each other")
        if parsed.format == "csv" and parsed.follow:
            parser.error("--follow prints verdicts and no rows: it takes no --format csv")

        def command() -> int:
            from caffe_ls.cli.diagnose import DiagnoseOptions, diagnose

            return diagnose(
                DiagnoseOptions(
                    parsed.path,
                    parsed.solver,
                    parsed.net,
                    parsed.format,
                    parsed.series == "full",
                    parsed.follow,
                    _common(parsed),
                )
            )

        return command

    parser.set_defaults(make=make)


def _add_fmt(parser: argparse.ArgumentParser) -> None:
    parser.description = "Format files in place; comments and values stay as they are."
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for standard input")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 where a file would change")
    parser.add_argument("--stdin-path", default="", metavar="PATH", help="where the text of standard input belongs")

    def make(parsed: argparse.Namespace) -> Callable[[], int]:
        def command() -> int:
            from caffe_ls.cli.fmt import fmt

            return fmt(tuple(parsed.paths), parsed.check, parsed.stdin_path)

        return command

    parser.set_defaults(make=make)


def _add_upgrade(parser: argparse.ArgumentParser) -> None:
    parser.description = "Print a file of old Caffe (V0, V1) in today's form, comments kept. Nothing is written."
    parser.add_argument("path", metavar="FILE", help="a net or a solver, or - for standard input")
    _add_common(parser)

    def make(parsed: argparse.Namespace) -> Callable[[], int]:
        def command() -> int:
            from caffe_ls.cli.upgrade import upgrade

            return upgrade(parsed.path, parsed.stdin_path)

        return command

    parser.set_defaults(make=make)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.description = "Say what a rule finds, why it matters, and what Caffe does; or what a line of a log means."
    parser.add_argument(
        "rule", metavar="RULE|LINE", help="the name of a rule, as findings show it in brackets; or a line of a log"
    )

    def make(parsed: argparse.Namespace) -> Callable[[], int]:
        def command() -> int:
            from caffe_ls.cli.explain import explain

            return explain(parsed.rule)

        return command

    parser.set_defaults(make=make)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    parser.description = "List the rules."
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print them (default: text)")
    parser.add_argument("--dialects", action="store_true", help="list the Caffes that are known instead")

    def make(parsed: argparse.Namespace) -> Callable[[], int]:
        def command() -> int:
            from caffe_ls.cli.rules import list_dialects, list_rules

            return list_dialects(parsed.format) if parsed.dialects else list_rules(parsed.format)

        return command

    parser.set_defaults(make=make)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.description = "Run the language server on standard input and output."
    parser.add_argument("--stdio", action="store_true", help="the only way there is, and the default")

    def make(parsed: argparse.Namespace) -> Callable[[], int]:
        def command() -> int:
            from caffe_ls.lsp.server import serve

            serve()
            return 0

        return command

    parser.set_defaults(make=make)
