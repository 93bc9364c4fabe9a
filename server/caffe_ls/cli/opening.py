"""Documents of files, with the settings and the surroundings that hold for them."""

# ruff: noqa: PTH118, PTH120 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from os.path import dirname, join, normpath
from pathlib import Path

from caffe_ls.analysis.configuration import (
    Configuration,
    ConfigurationProblem,
    find_configuration,
    parse_configuration,
    unknown_rules,
    weights_below,
)
from caffe_ls.analysis.disk import Access, overlaid
from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.analysis.workspace import open_document
from caffe_ls.cli.errors import CommandError
from caffe_ls.cli.files import disk_access
from caffe_ls.cli.options import CheckOptions, CommonOptions
from caffe_ls.cli.output import tell
from caffe_ls.net.model import State
from caffe_ls.net.states import PHASES
from caffe_ls.rules.finding import Category
from caffe_ls.rules.registry import all_rules
from caffe_ls.schema import catalog
from caffe_ls.schema.model import Schema
from caffe_ls.settings import Settings


class Opener:
    """Makes documents of texts as the options of one run say; tells problems of settings files, each once."""

    def __init__(self, options: CheckOptions, access: Access | None = None) -> None:
        _refuse_unknown_names(options)
        self._options = options
        self._access = access or disk_access()
        self._start_directory = str(Path.cwd())
        self._configurations: dict[str, Settings] = {}
        self._told: set[ConfigurationProblem] = set()
        self.settings_are_wrong = False

    def document(self, path: str, text: str) -> PrototxtDocument:
        """The document of the text of the file at `path`, as the user wrote it."""
        absolute = self._absolute(path)
        settings = self._settings(dirname(absolute))
        return open_document(
            absolute,
            text,
            settings,
            self._access,
            _read_schema,
            start_directory=self._start_directory,
            shown_path=path,
            kind=self._options.common.kind,
            asked=_asked(self._options.common),
        )

    def beside(self, contents: Mapping[str, bytes]) -> Opener:
        """An opener to which these files, by the paths that the user wrote, hold this and not what is on the disk."""
        opener = copy(self)
        known = {self._absolute(path): content for path, content in contents.items()}
        opener._access = overlaid(self._access, known)
        return opener

    def settings_for(self, path: str) -> Settings:
        """The settings that hold for a file, as the user wrote its path."""
        return self._settings(dirname(self._absolute(path)))

    def prepare(self, paths: Iterable[str]) -> None:
        """Read the settings that hold for these files, so that their problems are told by this process, and once."""
        for folder in {dirname(self._absolute(path)) for path in paths}:
            self._settings(folder)

    def content(self, path: str) -> bytes | None:
        """The content of another file that a finding speaks of."""
        return self._access.read(str(Path(self._start_directory, path)))

    def _absolute(self, path: str) -> str:
        return normpath(join(self._start_directory, path))

    def _settings(self, folder: str) -> Settings:
        known = self._configurations.get(folder)
        if known is None:
            configuration = self._configuration(folder)
            self._tell_problems(configuration)
            known = self._configurations[folder] = _overridden(configuration.settings, self._options)
        return known

    def _configuration(self, folder: str) -> Configuration:
        named = self._options.common.config
        if not named:
            return find_configuration(folder, self._access.read)
        path = str(Path(self._start_directory, named))
        data = self._access.read(path)
        if data is None:
            raise CommandError(f"{named}: the settings file cannot be read")
        return parse_configuration(path, data)

    def _tell_problems(self, configuration: Configuration) -> None:
        if not configuration.path:
            return
        data = self._access.read(configuration.path) or b""
        names = {rule.name for rule in all_rules()}
        for problem in (*configuration.problems, *unknown_rules(configuration, data, names)):
            if problem not in self._told:
                self._told.add(problem)
                self.settings_are_wrong = True
                place = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
                tell(f"{place}: {problem.message}")


def _asked(common: CommonOptions) -> Context:
    """The states and the batch that options name; a stage or a level without a phase is one of both."""
    phases = (common.phase,) if common.phase else PHASES if common.stages or common.level else ()
    states = tuple(State(phase, common.level, frozenset(common.stages)) for phase in phases)
    return Context(states=states, batch=common.batch)


def _overridden(settings: Settings, options: CheckOptions) -> Settings:
    common = options.common
    if common.dialect:
        settings = settings._replace(dialect=common.dialect, proto="")
    if common.proto:
        settings = settings._replace(dialect="auto", proto=str(Path.cwd() / common.proto))
    if common.data_shape:
        settings = settings._replace(data_shape=common.data_shape)
    if options.weights:
        settings = settings._replace(weights=weights_below(str(Path.cwd()), options.weights))
    if options.select:
        settings = settings._replace(select=options.select)
    return settings._replace(ignore=(*settings.ignore, *options.ignore)) if options.ignore else settings


def _refuse_unknown_names(options: CheckOptions) -> None:
    if options.common.dialect not in ("", "auto"):
        try:
            catalog.load(options.common.dialect)
        except ValueError as error:
            raise CommandError(str(error)) from None
    if options.common.proto and not Path(options.common.proto).is_file():
        raise CommandError(f"{options.common.proto}: there is no such file")
    if options.select or options.ignore:
        known = [category.value for category in Category] + [rule.name for rule in all_rules()]
        for name in (*options.select, *options.ignore):
            if name not in known:
                raise CommandError(f"there is no rule or category {name!r}{_nearest(name, known)}")


def _nearest(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else "; `caffe-ls rules` lists them"


def _read_schema(path: str, data: bytes) -> Schema | None:
    from caffe_ls.cli.own_schema import read_own_schema

    return read_own_schema(path, data)
