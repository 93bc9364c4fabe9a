"""VS Code's window as a person meets it: files, squiggles, hovers, lists, keys."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import JSHandle, Locator, Page, TimeoutError, expect

from tests.e2e.waiting import wait_until

_IS_UP = "() => performance.getEntriesByName('code/didCreateWorkbenchContributions/4').length > 0"
# What stands between lines: lenses.
_GAPS = "() => [...document.querySelectorAll('.editor-instance .view-zones > *')]"
_ARE_OTHERS = f"""before => {{
    const now = ({_GAPS})();
    return now.length !== before.length || now.some((gap, at) => gap !== before[at]);
}}"""
_ASKINGS = 6
_MILLISECONDS_TO_ANSWER = 15_000


class Workbench:
    """One page with one folder open. Every wait ends as soon as the thing is there."""

    def __init__(self, page: Page, screenshots: Path) -> None:
        self.page = page
        self._screenshots = screenshots
        self._taken = 0

    def screenshot(self, name: str) -> None:
        """Keep what is on show, for people to look at."""
        self._taken += 1
        self._screenshots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self._screenshots / f"{self._taken}-{name}.png")

    def wait_for_file(self, name: str) -> None:
        """Until the editor of a file has its text."""
        self.page.locator(f".tab[data-resource-name='{name}']").wait_for()
        self.page.locator(".editor-instance .view-line").first.wait_for()

    def wait_until_up(self) -> None:
        """Until VS Code is all there: what comes up seconds after its window closes hovers and drops code actions."""
        self.page.wait_for_function(_IS_UP)

    def open_file(self, name: str) -> None:
        """Ctrl+P, the name, Enter."""
        self.page.keyboard.press("Control+P")
        self._pick(name, name)
        self.wait_for_file(name)

    def run_command(self, title: str) -> None:
        """F1, the command's title, Enter."""
        self.page.keyboard.press("F1")
        self._pick(f">{title}", title)

    def wait_for_focus(self) -> None:
        """Until keys go to the text: a list that opens a file hands them over some time after the file is on show."""
        self.page.locator(".editor-instance .monaco-editor.focused").wait_for()

    def _pick(self, text: str, row: str) -> None:
        box = self.page.locator(".quick-input-widget input.input")
        box.wait_for(state="visible")
        box.fill(text)
        # The list lags behind the text: Enter takes what is focused.
        self.page.locator(".quick-input-list .monaco-list-row.focused", has_text=row).wait_for()
        self.page.keyboard.press("Enter")
        box.wait_for(state="hidden")

    def go_to(self, line: int, column: int) -> None:
        """Ctrl+G: lines and columns from 1."""
        self.page.keyboard.press("Control+G")
        box = self.page.locator(".quick-input-widget input.input")
        box.wait_for(state="visible")
        box.fill(f":{line}:{column}")
        self.page.keyboard.press("Enter")
        box.wait_for(state="hidden")
        expect(self.page.locator("#status\\.editor\\.selection")).to_contain_text(f"Ln {line}, Col {column}")
        self.wait_for_focus()

    def errors(self) -> Locator:
        """The squiggles of severity error in the editor."""
        return self.page.locator(".editor-instance .squiggly-error")

    def word(self, text: str) -> Locator:
        """A piece of text with a colour of its own."""
        return self.page.locator(".editor-instance .view-line span > span", has_text=text).first

    def hover_at(self, line: int, column: int, pattern: str) -> None:
        """The hover at a place, by keyboard, until it says something of a pattern."""
        self.go_to(line, column)
        self._ask_until_hovered(lambda: self.run_command("Show or Focus Hover"), pattern)

    def hover_over(self, text: str, pattern: str) -> None:
        """The hover of a piece of text with a colour of its own, by mouse, until it says something of a pattern."""

        def ask() -> None:
            self.page.mouse.move(0, 0)
            self.word(text).hover()

        self._ask_until_hovered(ask, pattern)

    def leave_hover(self) -> None:
        """Escape, and on with the text."""
        self.page.keyboard.press("Escape")
        self.wait_for_focus()

    def _ask_until_hovered(self, ask: Callable[[], None], pattern: str) -> None:
        """Ask once; again where VS Code drew the lenses anew, since text that moves closes its hover.

        It does so whenever any extension begins to offer lenses, of whatever files.
        """
        hover = self._hover_with(pattern)
        while not hover.is_visible():
            gaps = self.page.evaluate_handle(_GAPS)
            ask()
            wait_until(f"a hover with {pattern}", lambda at=gaps: hover.is_visible() or self._gaps_are_others(at))

    def _gaps_are_others(self, before: JSHandle) -> bool:
        others: bool = self.page.evaluate(_ARE_OTHERS, before)
        return others

    def _hover_with(self, pattern: str) -> Locator:
        return self.page.locator(".monaco-hover-content", has_text=re.compile(pattern)).locator("visible=true").first

    def open_quick_fixes(self) -> None:
        """Ctrl+.; again where nothing comes of it.

        VS Code drops what it was asked when it asks for its light bulb or an extension comes up; that there is nothing
        to be offered it says, and is not asked again.
        """
        self.wait_for_focus()
        answer = self.page.locator(".action-widget .action, .monaco-editor-overlaymessage").first
        for _ in range(_ASKINGS):
            self.page.keyboard.press("Control+.")
            with contextlib.suppress(TimeoutError):
                answer.wait_for(timeout=_MILLISECONDS_TO_ANSWER)
                return

    def quick_fix_with(self, text: str) -> Locator:
        """A row of the list that Ctrl+. opens."""
        return self.page.locator(".action-widget .action", has_text=text).first

    def menu_item(self, label: str) -> Locator:
        """A row of the menu that a right click opens, or of a menu in it."""
        return self.page.locator(".monaco-menu .action-item", has=self.page.get_by_text(label, exact=True)).last

    def suggestions(self) -> Locator:
        """The rows of the completion list that are on show."""
        return self.page.locator(".suggest-widget.visible .monaco-list-row")

    def language(self) -> Locator:
        """The language's name in the status bar."""
        return self.page.locator("#status\\.editor\\.mode")

    def text(self) -> str:
        """The lines on show, top to bottom; the editor draws only those in view, with no-break spaces."""
        lines: str = self.page.evaluate(
            """() => [...document.querySelectorAll('.editor-instance .view-line')]
                .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
                .map(line => line.textContent.replace(/\\u00a0/g, ' ')).join('\\n')"""
        )
        return lines

    def colour_of(self, text: str) -> str:
        """The colour in which a piece of text is shown."""
        colour: str = self.word(text).evaluate("element => getComputedStyle(element).color")
        return colour
