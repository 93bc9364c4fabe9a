"""Python layers beside the files of their modules."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.workspace import open_document
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.settings import Settings
from caffe_ls.text.edit import apply_edits
from tests.analysis.disk import Disk
from tests.rules.checking import document_of, findings_of

NET = """\
layer { name: "d" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 } } }
layer { name: "p" type: "Python" bottom: "x" top: "y" python_param { module: "%s" layer: "%s" %s } }
"""
METHODS = "".join(
    f"    def {name}: pass\n"
    for name in ("reshape(self, bottom, top)", "forward(self, bottom, top)", "backward(self, top, down, bottom)")
)
CLASS = f"import caffe\n\nclass Crop(caffe.Layer):\n    def setup(self, bottom, top):\n        %s\n{METHODS}"


def _found(
    code: str, module: str = "crop", layer: str = "Crop", param: str = "", path: str = "/crop.py"
) -> list[Finding]:
    text = f"#- /net.prototxt\n{NET % (module, layer, param)}#- {path}\n{code}"
    return [finding for finding in findings_of(text) if finding.rule.startswith("python-")
            and finding.rule != "python-layer-needs-build"]  # fmt: skip


def _rules(*args: str, **others: str) -> list[str]:
    return [finding.rule for finding in _found(*args, **others)]


def test_a_layer_whose_module_and_class_are_there_is_right() -> None:
    assert _rules(CLASS % "pass") == []


def test_modules_are_looked_for_in_the_folders_that_the_user_names() -> None:
    net = NET % ("crop", "Crop", "")
    disk = Disk({"/nets/net.prototxt": net, "/caffe/layers/crop.py": CLASS % "pass"})

    def rules(settings: Settings) -> list[str]:
        document = open_document("/nets/net.prototxt", net, settings, disk.access, lambda path, data: None)
        return [one.rule for one in check(document) if one.rule.startswith("python-module")]

    assert rules(Settings()) == ["python-module-not-found"]
    assert rules(Settings(python_path=("/elsewhere", "/caffe/layers"))) == []


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ("crop", "/python/crop.py"),
        ("crop", "/lib/crop.py"),
        ("layers.crop", "/layers/crop.py"),
        ("layers.crop", "/python/layers/crop.py"),
        ("crop", "/crop/__init__.py"),
    ],
)
def test_modules_are_looked_for_where_people_keep_them(module: str, path: str) -> None:
    assert _rules(CLASS % "pass", module, path=path) == []


def test_a_module_that_is_not_there_may_be_elsewhere() -> None:
    (found,) = _found(CLASS % "pass", "crops")
    assert (found.rule, found.severity) == ("python-module-not-found", Severity.INFORMATION)
    assert [edit.edit.new_text for edit in found.fixes[0].edits] == ['"crop"']


def test_a_name_that_is_filled_in_later_is_left_alone() -> None:
    assert _rules("", "%s_layer") == []


@pytest.mark.parametrize(
    ("module", "severity", "name"),
    [
        ("crop.py", Severity.ERROR, "crop"),
        ("./layers/crop.py", Severity.ERROR, "layers.crop"),
        ("layers/crop", Severity.WARNING, "layers.crop"),
        ("layers\\\\\\\\crop", Severity.WARNING, "layers.crop"),
    ],
)
def test_a_path_is_no_module(module: str, severity: Severity, name: str) -> None:
    (found,) = _found("", module)
    assert (found.rule, found.severity) == ("python-module-written-as-path", severity)
    assert [edit.edit.new_text for edit in found.fixes[0].edits] == [f'"{name}"']


def test_a_class_that_is_not_in_the_file() -> None:
    (found,) = _found(CLASS % "pass", layer="crop")
    assert found.message == "`crop.py` has no class `crop`; did you mean `Crop`?"
    text = f"#- /net.prototxt\n{NET % ('crop', 'crop', '')}#- /crop.py\n{CLASS % 'pass'}"
    document = document_of(text)
    assert apply_edits(document.text, [edit.edit for edit in found.fixes[0].edits]) == NET % ("crop", "Crop", "")


@pytest.mark.parametrize(
    "code",
    [
        "from others import Crop\n",
        "from others import *\n",
        "Crop = make_layer()\n",
        "globals()['Cr' + 'op'] = make_layer()\n",
        "for name in names: setattr(module, name, make(name))\n",
    ],
)
def test_classes_may_come_to_be_in_other_ways(code: str) -> None:
    assert _rules(code) == []


@pytest.mark.parametrize("code", ["# class Crop(caffe.Layer): pass\n", '"""class Crop(caffe.Layer): pass"""\n'])
def test_a_class_in_a_comment_or_a_string_is_none(code: str) -> None:
    assert _rules(code) == ["python-class-not-found"]


def test_a_class_without_forward() -> None:
    code = CLASS.replace("    def forward(self, bottom, top): pass\n", "") % "pass"
    (found,) = _found(code)
    assert found.message == "`Crop` in `crop.py` has no method `forward`, which Caffe calls"


def test_a_class_without_backward_where_no_gradient_goes() -> None:
    assert _rules(CLASS.replace("    def backward(self, top, down, bottom): pass\n", "") % "pass") == []


def test_methods_may_be_inherited() -> None:
    assert _rules("class Crop(Base):\n    pass\n") == []


@pytest.mark.parametrize(
    ("code", "param"),
    [
        ("p = json.loads(self.param_str); p['a']", 'param_str: "{\\"a\\": 1}"'),
        ("p = eval(self.param_str); p['a']", "param_str: \"{'a': 1, 'b': [2, 3]}\""),
        ("p = eval(self.param_str); p['a']", 'param_str: "dict(a=1)"'),
        ("p = yaml.load(self.param_str); p['a']", "param_str: \"'a': 1\""),
        ("p = yaml.safe_load(self.param_str); p['a']", 'param_str: "{a: 1, b: {c: 2}}"'),
        ("p = yaml.load(self.param_str); p.get('a', 1)", 'param_str: "b: 2"'),
        ("p = json.loads(self.param_str) if self.param_str else {}", ""),
        ("self.a = self.param_str.split(',')", ""),
        ("self.a = int(self.param_str)", 'param_str: "12"'),
        ("self.a = float(self.param_str)", 'param_str: "0.5"'),
    ],
)
def test_a_param_str_that_setup_reads(code: str, param: str) -> None:
    assert _rules(CLASS % code, param=param) == []


@pytest.mark.parametrize(
    ("code", "param", "words"),
    [
        ("p = json.loads(self.param_str)", "param_str: \"{'a': 1}\"", "JSON takes double quotes only"),
        ("p = json.loads(self.param_str)", "", "it is empty"),
        ("p = eval(self.param_str)", "param_str: \"{'a': 1\"", "no Python expression"),
        ("p = ast.literal_eval(self.param_str)", 'param_str: ""', "it is empty"),
        ("p = json.loads(self.param_str); p['b']", 'param_str: "{\\"a\\": 1}"', "for `b`"),
        ("p = yaml.load(self.param_str); p['b']", "param_str: \"'a': 1\"", "for `b`"),
        ("p = yaml.load(self.param_str); p['a']", 'param_str: "a:1"', "no space follows"),
        ("self.a = int(self.param_str)", 'param_str: "{}"', "it is no number"),
    ],
)
def test_a_param_str_that_setup_does_not_read(code: str, param: str, words: str) -> None:
    (found,) = _found(CLASS % code, param=param)
    assert found.rule == "python-param-str-not-read"
    assert words in found.message


def test_python_quotes_become_json() -> None:
    (found,) = _found(CLASS % "p = json.loads(self.param_str)", param="param_str: \"{'a': True}\"")
    assert [edit.edit.new_text for edit in found.fixes[0].edits] == ["'{\"a\": true}'"]


def test_what_other_code_does_with_param_str_is_not_judged() -> None:
    code = "try: p = json.loads(self.param_str)\n        except ValueError: p = {}"
    assert _rules(CLASS % code, param='param_str: "no json"') == []


@pytest.mark.parametrize(
    "param",
    ["[" * 5000, "{" * 5000 + "}" * 5000, "1" * 9000, "\\0", "a: &x [*x, *x]", "\U0001f600"],
    ids=["open brackets", "deep braces", "a long number", "nul", "anchors", "beyond the basic plane"],
)
@pytest.mark.parametrize("call", ["json.loads", "eval", "yaml.load", "int"])
def test_hostile_texts_end_in_an_answer(call: str, param: str) -> None:
    assert len(_found(CLASS % f"p = {call}(self.param_str); p['a']", param=f'param_str: "{param}"')) <= 1


def test_the_older_name_of_param_str() -> None:
    assert _rules(CLASS % "self.a = self.param_str_", param='param_str: "1"') == ["python-param-str-renamed"]
    both = 'self.a = getattr(self, "param_str", None) or self.param_str_'
    assert _rules(CLASS % both, param='param_str: "1"') == []


def test_files_with_other_letters_and_line_ends_are_read() -> None:
    assert _rules((CLASS % "pass").replace("\n", "\r\n")) == []
    assert _rules("# été 😀\n" + CLASS % "pass") == []


def test_without_a_disk_nothing_is_said() -> None:
    found = [finding.rule for finding in findings_of(NET % ("crop", "Crop", ""))]
    assert [rule for rule in found if rule.startswith("python-")] == ["python-layer-needs-build"]
