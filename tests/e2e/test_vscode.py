"""VS Code in Chromium, with the packed extension: what a user sees and does."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.code_server import CodeServer
from tests.e2e.rival_extension import LANGUAGE_NAME, pack_rival_extension
from tests.e2e.server_processes import server_processes
from tests.e2e.waiting import wait_until
from tests.e2e.workbench import Workbench

pytestmark = pytest.mark.e2e

MILLISECONDS_TO_WAIT = 90_000
DYING_SERVER = Path(__file__).with_name("dying_server.py")
WINDOW = {"width": 1440, "height": 900}

LOG = """\
+ caffe train --solver=solver.prototxt
I1121 01:31:08.307000  2358 caffe.cpp:217] Using GPUs 0
I1121 01:31:08.316109  2358 net.cpp:86] Creating Layer conv1
I1121 01:31:08.316109  2358 net.cpp:434] conv1 <- data
I1121 01:31:08.316109  2358 solver.cpp:239] Iteration 0 (0 iter/s, 0s/1 iters), loss = 2.30259
I1121 01:31:08.316109  2358 sgd_solver.cpp:112] Iteration 0, lr = 0.01
I1121 01:31:08.416109  2358 net.cpp:593]     [Forward] Layer conv1, top blob conv1 data: 0.130191
I1121 01:31:09.316109  2358 solver.cpp:239] Iteration 1 (1 iter/s, 1s/1 iters), loss = -nan
"""


NET_OF_SSD = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer {
  name: "permuted" type: "Permute" bottom: "data" top: "permuted"
  permute_param { order: 0 order: 2 order: 3 order: 1 }
}
"""


@pytest.fixture(scope="module")
def code_server(
    editors: Path, node: Path, vsix: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CodeServer]:
    server = CodeServer(editors / "code-server", node, tmp_path_factory.mktemp("vscode"), [vsix])
    yield server
    server.stop()


@pytest.fixture
def open_workbench(
    code_server: CodeServer, browser: Browser, editors: Path, request: pytest.FixtureRequest
) -> Iterator[OpenWorkbench]:
    opener = OpenWorkbench(code_server, browser, screenshots_of(request, editors))
    yield opener
    opener.close()


@pytest.fixture
def open_workbench_beside_rival(
    editors: Path, node: Path, vsix: Path, browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[OpenWorkbench]:
    # The user's choice, so that it does not hang on the order in which extensions are read.
    settings = {"files.associations": {"*.prototxt": "textproto"}}
    home = tmp_path / "vscode"
    home.mkdir()
    server = CodeServer(
        editors / "code-server", node, home, [vsix, pack_rival_extension(tmp_path / "rival.vsix")], settings
    )
    try:
        opener = OpenWorkbench(server, browser, screenshots_of(request, editors))
        yield opener
        opener.close()
    finally:
        server.stop()


def screenshots_of(request: pytest.FixtureRequest, editors: Path) -> Path:
    """The folder of a test's screenshots, without those of an earlier run."""
    folder = editors / "screenshots" / request.node.name
    shutil.rmtree(folder, ignore_errors=True)
    return folder


class OpenWorkbench:
    """Opens a file of a folder in a window of its own."""

    def __init__(self, server: CodeServer, browser: Browser, screenshots: Path) -> None:
        self._server = server
        self._screenshots = screenshots
        self._context = browser.new_context(viewport=WINDOW)
        self._page = self._context.new_page()
        self._page.set_default_timeout(MILLISECONDS_TO_WAIT)
        expect.set_options(timeout=MILLISECONDS_TO_WAIT)

    def __call__(self, file: Path) -> Workbench:
        self._page.goto(self._server.address(file.parent, file), wait_until="commit")
        workbench = Workbench(self._page, self._screenshots)
        workbench.wait_for_file(file.name)
        workbench.wait_until_up()
        return workbench

    def close(self) -> None:
        Workbench(self._page, self._screenshots / "end").screenshot("as-left")
        # The workbench says goodbye, so that its extension host ends at once.
        self._page.goto("about:blank")
        self._context.close()


def test_a_misspelt_field_is_marked_explained_and_mended_by_keyboard(
    open_workbench: OpenWorkbench, faulty_net: Path
) -> None:
    workbench = open_workbench(faulty_net)
    workbench.errors().first.wait_for(state="attached")
    workbench.run_command("View: Focus Problems")
    workbench.page.locator(".markers-panel .monaco-list-row", has_text="num_outptu").first.wait_for()
    workbench.screenshot("squiggle-and-problem")

    workbench.hover_over("num_outptu", "has no field")
    workbench.screenshot("hover-on-the-fault")

    workbench.word("num_outptu").click()
    workbench.leave_hover()
    workbench.open_quick_fixes()
    workbench.quick_fix_with("num_output").wait_for()
    workbench.screenshot("quick-fixes")
    workbench.page.keyboard.press("Enter")
    expect(workbench.errors()).to_have_count(0)
    assert "num_output: 20" in workbench.text()
    workbench.screenshot("mended")

    workbench.page.keyboard.press("Control+S")
    wait_until("the file on disk is mended", lambda: "num_output: 20" in faulty_net.read_text("utf-8"))
    assert "num_outptu" not in faulty_net.read_text("utf-8")


def test_hovering_a_field_shows_its_documentation(open_workbench: OpenWorkbench, faulty_net: Path) -> None:
    workbench = open_workbench(faulty_net)
    workbench.errors().first.wait_for(state="attached")
    workbench.hover_over("kernel_size", "uint32")
    workbench.screenshot("hover-on-a-field")


def test_completion_offers_the_fields_of_the_message(open_workbench: OpenWorkbench, faulty_net: Path) -> None:
    workbench = open_workbench(faulty_net)
    workbench.errors().first.wait_for(state="attached")
    workbench.go_to(15, 19)
    workbench.page.keyboard.press("Enter")
    workbench.page.keyboard.type("str")
    workbench.suggestions().filter(has_text="stride").first.wait_for()
    workbench.screenshot("completion")
    workbench.page.keyboard.press("Enter")
    expect(workbench.page.locator(".editor-instance .view-lines")).to_contain_text("stride")


@pytest.mark.parametrize("name", ["train.log", "output.txt"])
def test_a_log_is_known_by_its_content_and_coloured(open_workbench: OpenWorkbench, tmp_path: Path, name: str) -> None:
    log = tmp_path / name
    log.write_text(LOG, "utf-8")
    workbench = open_workbench(log)
    expect(workbench.language()).to_contain_text("Caffe Training Log")
    wait_until("the log is coloured", lambda: workbench.colour_of("Forward") != workbench.colour_of("Using"))
    assert workbench.colour_of("-nan") != workbench.colour_of("2.30259")
    workbench.screenshot("log")


def test_a_net_is_known_by_its_content_under_any_name(open_workbench: OpenWorkbench, faulty_net: Path) -> None:
    net = faulty_net.rename(faulty_net.with_name("deploy.txt"))
    workbench = open_workbench(net)
    expect(workbench.language()).to_contain_text("Caffe Prototxt")
    workbench.errors().first.wait_for(state="attached")


def test_plain_text_stays_plain_text(open_workbench: OpenWorkbench, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("layer by layer\nbase_lr: as before\n", "utf-8")
    (tmp_path / "run.txt").write_text(LOG, "utf-8")
    workbench = open_workbench(tmp_path / "notes.txt")
    # Once the log has its language, the extension has looked at the notes too, which were there before it.
    workbench.open_file("run.txt")
    expect(workbench.language()).to_contain_text("Caffe Training Log")
    workbench.open_file("notes.txt")
    expect(workbench.language()).to_have_text(re.compile("Plain Text"))


def test_the_server_can_be_stopped_and_started_again(open_workbench: OpenWorkbench, faulty_net: Path) -> None:
    workbench = open_workbench(faulty_net)
    workbench.errors().first.wait_for(state="attached")
    workbench.run_command("Caffe: Stop Language Server")
    expect(workbench.errors()).to_have_count(0)
    workbench.run_command("Caffe: Start Language Server")
    workbench.errors().first.wait_for(state="attached")


def test_a_server_that_dies_is_started_again(
    open_workbench: OpenWorkbench, code_server: CodeServer, faulty_net: Path
) -> None:
    workbench = open_workbench(faulty_net)
    workbench.errors().first.wait_for(state="attached")
    first = server_processes(code_server.extensions)
    for process in first:
        os.kill(process, signal.SIGKILL)
    wait_until("another server runs", lambda: bool(server_processes(code_server.extensions) - first))
    # Only a server that lives and has the text knows a fault that is typed now.
    workbench.go_to(15, 19)
    workbench.page.keyboard.press("Enter")
    workbench.page.keyboard.type("paad: 2")
    workbench.run_command("View: Focus Problems")
    workbench.page.locator(".markers-panel .monaco-list-row", has_text="paad").first.wait_for()
    workbench.screenshot("judged-by-another-server")


def test_a_server_that_dies_while_the_client_talks_to_it_is_started_again(
    open_workbench: OpenWorkbench, faulty_net: Path, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    program = tmp_path / "caffe-ls"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{DYING_SERVER}' '{starts}'\n", "utf-8")
    program.chmod(0o755)
    settings = faulty_net.parent / ".vscode/settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"caffe.server.path": str(program)}), "utf-8")
    workbench = open_workbench(faulty_net)
    wait_until("the fifth server runs", lambda: starts.exists() and len(starts.read_text().split()) == 5)
    workbench.page.locator(".notification-list-item", has_text="crashed 5 times").first.wait_for()


def test_closing_the_window_ends_the_server(
    open_workbench: OpenWorkbench, code_server: CodeServer, faulty_net: Path
) -> None:
    workbench = open_workbench(faulty_net)
    workbench.errors().first.wait_for(state="attached")
    assert server_processes(code_server.extensions)
    workbench.page.goto("about:blank")
    wait_until("no server runs", lambda: not server_processes(code_server.extensions))


def test_a_python_that_is_not_there_is_told_and_a_better_setting_starts_the_server(
    open_workbench: OpenWorkbench, faulty_net: Path
) -> None:
    settings = faulty_net.parent / ".vscode/settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"caffe.server.python": "/no/such/python"}), "utf-8")
    workbench = open_workbench(faulty_net)
    workbench.page.locator(".notification-list-item", has_text="needs Python 3.10").first.wait_for()
    workbench.screenshot("no-python")
    settings.write_text("{}", "utf-8")
    workbench.errors().first.wait_for(state="attached")


def test_a_fix_that_changes_a_setting_changes_it_in_the_folder(open_workbench: OpenWorkbench, tmp_path: Path) -> None:
    settings = tmp_path / ".vscode/settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"caffe.dialect": "bvlc"}), "utf-8")
    net = tmp_path / "net.prototxt"
    net.write_text(NET_OF_SSD, "utf-8")
    workbench = open_workbench(net)
    workbench.errors().first.wait_for(state="attached")
    workbench.word("permute_param").click()
    workbench.open_quick_fixes()
    workbench.quick_fix_with("SSD").wait_for()
    workbench.screenshot("dialects-offered")
    workbench.quick_fix_with("SSD").click()
    wait_until("the setting is changed", lambda: '"ssd"' in settings.read_text("utf-8"))
    expect(workbench.errors()).to_have_count(0)
    workbench.screenshot("the-other-dialect-in-force")


def test_another_extension_that_owns_the_file_type_takes_nothing_away(
    open_workbench_beside_rival: OpenWorkbench, faulty_net: Path
) -> None:
    workbench = open_workbench_beside_rival(faulty_net)
    expect(workbench.language()).to_contain_text(LANGUAGE_NAME)
    workbench.errors().first.wait_for(state="attached")
    workbench.run_command("View: Focus Problems")
    problems = workbench.page.locator(".markers-panel .monaco-list-row", has_text="num_outptu")
    problems.first.wait_for()
    expect(problems).to_have_count(1)
    workbench.screenshot("beside-another-extension")


DIVERGING_SOLVER = 'net: "net.prototxt"\nbase_lr: 100\nlr_policy: "fixed"\nmax_iter: 100\ndisplay: 1\n'

NET_OF_LOG = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 3 } } }
layer {
  name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } }
}
"""


def diverging_log(solver: str, net: str) -> str:
    """A run whose numbers grow a thousandfold in each iteration, until they are none."""
    said = [
        "solver.cpp:45] Initializing solver from parameters: \n" + solver.rstrip("\n"),
        "solver.cpp:102] Creating training net from net file: net.prototxt",
        "net.cpp:53] Initializing net from parameters: \n" + net.rstrip("\n"),
        "layer_factory.hpp:77] Creating layer data",
        "net.cpp:86] Creating Layer data",
        "net.cpp:382] data -> data",
        "net.cpp:124] Setting up data",
        "net.cpp:131] Top shape: 4 3 (12)",
        "net.cpp:86] Creating Layer ip",
        "net.cpp:408] ip <- data",
        "net.cpp:382] ip -> ip",
        "net.cpp:124] Setting up ip",
        "net.cpp:131] Top shape: 4 2 (8)",
        "net.cpp:257] Network initialization done.",
        "solver.cpp:57] Solver scaffolding done.",
    ]
    for at in range(8):
        value = "nan" if at == 7 else f"{0.5 * 1000.0**at:g}"
        said += [
            "net.cpp:593]     [Forward] Layer data, top blob data data: 0.5",
            f"net.cpp:593]     [Forward] Layer ip, top blob ip data: {value}",
            f"net.cpp:605]     [Forward] Layer ip, param blob 0 data: {value}",
            f"net.cpp:643]     [Backward] Layer ip, param blob 0 diff: {value}",
            f"solver.cpp:239] Iteration {at}, loss = {value}",
            f"sgd_solver.cpp:112] Iteration {at}, lr = 100",
        ]
    return "".join(f"I1121 01:31:{at % 60:02}.307000  2358 {line}\n" for at, line in enumerate(said))


def test_a_log_is_explained_judged_and_mended(open_workbench: OpenWorkbench, tmp_path: Path) -> None:
    solver, log = tmp_path / "solver.prototxt", tmp_path / "train.log"
    solver.write_text(DIVERGING_SOLVER, "utf-8")
    (tmp_path / "net.prototxt").write_text(NET_OF_LOG, "utf-8")
    log.write_text(diverging_log(DIVERGING_SOLVER, NET_OF_LOG), "utf-8")
    workbench = open_workbench(log)
    lens = workbench.page.locator(".codelens-decoration a", has_text="learning rate too high")
    lens.first.wait_for()
    workbench.screenshot("verdict-above-the-log")

    workbench.hover_at(38, 70, "mean of")
    workbench.screenshot("hover-on-a-debug-line")
    workbench.leave_hover()

    workbench.page.keyboard.press("Control+Home")
    workbench.open_quick_fixes()
    workbench.quick_fix_with("base_lr").click()
    workbench.open_file("solver.prototxt")
    expect(workbench.page.locator(".editor-instance .view-lines")).not_to_contain_text("base_lr: 100")
    workbench.screenshot("solver-mended")

    workbench.open_file("train.log")
    lens.first.click()
    workbench.page.locator(".tab[data-resource-name='train.log.report']").wait_for()
    expect(workbench.page.locator(".editor-instance .view-lines")).to_contain_text("VERDICT")
    workbench.screenshot("report")


def test_a_large_log_is_read_from_disk_and_followed(open_workbench: OpenWorkbench, tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    text = diverging_log(DIVERGING_SOLVER, NET_OF_LOG).replace("nan", "1")
    calm = "".join(
        f"I1121 01:32:00.000000  2358 solver.cpp:239] Iteration {at}, loss = 0.5\n"
        f"I1121 01:32:00.000000  2358 sgd_solver.cpp:112] Iteration {at}, lr = 100\n"
        for at in range(8, 20_000)
    )
    log.write_text(text + calm, "utf-8")
    assert log.stat().st_size > 2_000_000
    workbench = open_workbench(log)
    lens = workbench.page.locator(".codelens-decoration a", has_text="at iteration 19999")
    lens.first.wait_for()
    with log.open("a", encoding="utf-8") as file:
        file.write("I1121 01:33:00.000000  2358 solver.cpp:239] Iteration 20000, loss = nan\n")
        file.write("I1121 01:33:00.000000  2358 sgd_solver.cpp:112] Iteration 20000, lr = 100\n")
    workbench.page.locator(".codelens-decoration a", has_text="at iteration 20000").first.wait_for()

    def editor_has_the_new_lines() -> bool:
        workbench.page.keyboard.press("Control+End")
        return "Iteration 20000, lr" in workbench.text()

    wait_until("the editor shows the lines that were added", editor_has_the_new_lines)
    workbench.hover_at(log.read_text("utf-8").count("\n") - 1, 1, "Loss of iteration 20000")
    workbench.screenshot("hover-on-the-line-that-was-added")


def test_the_report_of_a_log_on_disk_is_shown_by_command(open_workbench: OpenWorkbench, tmp_path: Path) -> None:
    (tmp_path / "train.log.gz").write_bytes(gzip.compress(diverging_log(DIVERGING_SOLVER, NET_OF_LOG).encode()))
    (tmp_path / "run.log").write_text(diverging_log(DIVERGING_SOLVER, NET_OF_LOG), "utf-8")
    workbench = open_workbench(tmp_path / "run.log")
    workbench.page.locator(".codelens-decoration a").first.wait_for()
    workbench.page.keyboard.press("F1")
    box = workbench.page.locator(".quick-input-widget input.input")
    box.fill(">Caffe: Open Training Log...")
    workbench.page.locator(".quick-input-list .monaco-list-row.focused", has_text="Open Training Log").wait_for()
    workbench.page.keyboard.press("Enter")
    expect(box).to_have_value(re.compile(re.escape(tmp_path.name)))
    box.fill(str(tmp_path / "train.log.gz"))
    workbench.page.locator(".quick-input-list .monaco-list-row", has_text="train.log.gz").first.wait_for()
    workbench.page.keyboard.press("Enter")
    workbench.page.locator(".tab[data-resource-name='train.log.gz.report']").wait_for()
    expect(workbench.page.locator(".editor-instance .view-lines")).to_contain_text("FIRST NAN OR INF")
    workbench.screenshot("report-of-a-packed-log")


NET_OF_TWO_SIZES = """\
name: "two branches"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 8 dim: 3 dim: 32 dim: 32 } }
}
layer {
  name: "conv1"
  type: "Convolution"
  bottom: "data"
  top: "conv1"
  convolution_param {
    num_output: 16
    kernel_size: 3
    weight_filler { type: "msra" }
  }
}
layer {
  name: "conv2"
  type: "Convolution"
  bottom: "conv1"
  top: "conv2"
  convolution_param {
    num_output: 16
    kernel_size: 3
    weight_filler { type: "msra" }
  }
}
layer {
  name: "sum"
  type: "Eltwise"
  bottom: "conv1"
  bottom: "conv2"
  top: "sum"
}
"""


def test_shapes_that_do_not_fit_are_told_with_the_places_that_made_them(
    open_workbench: OpenWorkbench, tmp_path: Path
) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(NET_OF_TWO_SIZES, "utf-8")
    workbench = open_workbench(net)
    workbench.errors().first.wait_for(state="attached")
    workbench.run_command("View: Focus Problems")
    problems = workbench.page.locator(".markers-panel .monaco-list-row")
    problems.filter(has_text="8 x 16 x 30 x 30 and 8 x 16 x 28 x 28").first.wait_for()
    problems.filter(has_text="layer `conv1` makes").first.wait_for()
    workbench.screenshot("problem-with-related-places")
    problems.filter(has_text="layer `conv2` makes").first.dblclick()
    expect(workbench.page.locator("#status\\.editor\\.selection")).to_contain_text("Ln 26")
    workbench.wait_for_focus()

    workbench.hover_at(22, 13, "Read by conv2, sum")
    workbench.screenshot("hover-on-a-blob")
    workbench.leave_hover()
    workbench.hover_at(9, 12, "multiply-adds")
    workbench.screenshot("hover-on-a-layer")


def test_a_check_layer_is_put_in_and_taken_out_by_the_context_menu(
    open_workbench: OpenWorkbench, tmp_path: Path
) -> None:
    net, module = tmp_path / "net.prototxt", tmp_path / "check_finite.py"
    text = NET_OF_TWO_SIZES.replace('bottom: "conv2"', 'bottom: "conv1"')
    net.write_text(text, "utf-8")
    workbench = open_workbench(net)
    workbench.word('"conv1"').click(button="right")
    workbench.menu_item("Caffe").hover()
    workbench.menu_item("Insert checkFinite Layer After This Layer").wait_for()
    workbench.screenshot("context-menu")
    workbench.menu_item("Insert checkFinite Layer After This Layer").click()
    wait_until("the net has the layer", lambda: "CheckFiniteLayer" in net.read_text("utf-8"))
    wait_until("the module is beside the net", lambda: module.exists() and "CheckFiniteLayer" in module.read_text())
    assert net.read_text("utf-8").count("check_conv1") == 1
    workbench.screenshot("check-layer-inserted")

    workbench.run_command("Caffe: Remove All checkFinite Layers")
    wait_until("the layer is gone", lambda: "CheckFiniteLayer" not in workbench.text())
    workbench.page.keyboard.press("Control+S")
    wait_until("the net is as before", lambda: net.read_text("utf-8") == text)


def test_a_deploy_net_is_created_and_shown(open_workbench: OpenWorkbench, tmp_path: Path) -> None:
    net, deploy = tmp_path / "train.prototxt", tmp_path / "deploy.prototxt"
    net.write_text(NET_THAT_TRAINS, "utf-8")
    workbench = open_workbench(net)
    workbench.run_command("Caffe: Create Deploy Net")
    workbench.wait_for_file("deploy.prototxt")
    wait_until("the deploy net is on disk", lambda: deploy.exists() and "Softmax" in deploy.read_text("utf-8"))
    assert "SoftmaxWithLoss" not in deploy.read_text("utf-8")
    assert net.read_text("utf-8") == NET_THAT_TRAINS
    workbench.screenshot("deploy-net")
    workbench.run_command("Caffe: Create Deploy Net")
    workbench.page.locator(
        ".notification-list-item", has_text="Nothing to do: no layer that reads data"
    ).first.wait_for()


NET_THAT_TRAINS = """\
name: "digits"
layer {
  name: "data" type: "Data" top: "data" top: "label"
  transform_param { scale: 0.00390625 }
  data_param { source: "train_lmdb" batch_size: 64 backend: LMDB }
}
layer {
  name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
}
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""
