"""A person with a browser: opens pages, fills in the forms that stand there and presses their buttons.

Forms are read from the HTML as served, so that hidden fields, tokens and management forms are the real ones.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client

from factcheck.editorial.models import User


@dataclass
class Form:
    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # of radios, checkboxes and selects: label by value
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)  # by label: name and value
    targets: dict[str, str] = field(default_factory=dict)  # of buttons that send the form elsewhere: URL by label


class _Reader(HTMLParser):
    """Collects the forms, the links and the visible text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.words: list[str] = []
        self._form: Form | None = None
        self._textarea: tuple[str, list[str]] | None = None
        self._select: str | None = None
        self._is_multiple = False
        self._option: tuple[str, list[str]] | None = None
        self._link: tuple[str, list[str]] | None = None
        self._button: tuple[str, str, list[str]] | None = None
        self._label: tuple[str, list[str]] | None = None
        self._ids: dict[str, tuple[str, str]] = {}
        self._silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        at = {key: value or "" for key, value in attributes}
        form = self._form
        if tag in ("script", "style", "template"):
            self._silent += 1
        elif self._silent:
            return  # what stands in a template is not on the page
        elif tag == "form":
            self._form = Form(at.get("action", ""), at.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and "href" in at:
            self._link = (at["href"], [])
        elif tag == "label":
            self._label = (at.get("for", ""), [])
        elif form is None:
            return
        elif tag == "input":
            self._input(form, at)
        elif tag == "button":
            self._button = (at.get("name", ""), at.get("value", ""), [])
        elif tag == "textarea" and "name" in at:
            self._textarea = (at["name"], [])
        elif tag == "select":
            self._select, self._is_multiple = at.get("name", ""), "multiple" in at
            form.choices.setdefault(self._select, {})
            form.values.setdefault(self._select, [])
        elif tag == "option" and self._select is not None:
            self._option = (at.get("value", ""), [])
            if "selected" in at:
                form.values[self._select].append(at.get("value", ""))

    def _input(self, form: Form, at: dict[str, str]) -> None:
        kind, name = at.get("type", "text"), at.get("name", "")
        if "disabled" in at:
            return
        if kind in ("submit", "button", "image"):
            if "formaction" in at:
                form.targets[at.get("value", "")] = at["formaction"]
            form.buttons[at.get("value", "")] = (name, at.get("value", ""))
        elif kind in ("checkbox", "radio") and name:
            value = at.get("value", "on")
            form.choices.setdefault(name, {})[value] = ""
            form.values.setdefault(name, [])
            if "checked" in at:
                form.values[name].append(value)
            self._ids[at.get("id", "")] = (name, value)
        elif name:
            form.values[name] = [at.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._silent -= 1
        elif self._silent:
            return
        elif tag == "form":
            self._form = None
        elif tag == "textarea" and self._form is not None and self._textarea:
            # The first line break after the tag is not part of the value.
            self._form.values[self._textarea[0]] = ["".join(self._textarea[1]).removeprefix("\n")]
            self._textarea = None
        elif tag == "option" and self._form is not None and self._option and self._select is not None:
            self._form.choices[self._select][self._option[0]] = " ".join("".join(self._option[1]).split())
            self._option = None
        elif tag == "select":
            if self._form is not None and self._select and not self._is_multiple:
                # Without a selected option, a browser selects the first one.
                first = next(iter(self._form.choices[self._select]), None)
                if first is not None and not self._form.values[self._select]:
                    self._form.values[self._select] = [first]
            self._select = None
        elif tag == "button" and self._form is not None and self._button:
            name, value, words = self._button
            self._form.buttons[" ".join("".join(words).split())] = (name, value)
            self._button = None
        elif tag == "a" and self._link:
            self.links.setdefault(" ".join("".join(self._link[1]).split()), self._link[0])
            self._link = None
        elif tag == "label" and self._label:
            if (known := self._ids.get(self._label[0])) and self.forms:
                self.forms[-1].choices[known[0]][known[1]] = " ".join("".join(self._label[1]).split())
            self._label = None

    def handle_data(self, data: str) -> None:
        for open_ in (self._textarea, self._option, self._link, self._label):
            if open_:
                open_[-1].append(data)
        if self._button:
            self._button[-1].append(data)
        if not self._silent and not self._textarea:
            self.words.append(data)


class Browser:
    """One login. `status` and `text` are of the page on the screen."""

    def __init__(self, language: str = "en") -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
        self.path = "/"
        self.status = 0
        self.text = ""
        self.html = ""
        self._page = _Reader()

    def open(self, path: str) -> "Browser":
        return self._show(self.client.get(path, follow=True), path)

    def follow(self, words: str) -> "Browser":
        """Clicks on a link by its words."""
        if words not in self._page.links:
            raise AssertionError(f"no link “{words}” on {self.path}; there are {sorted(self._page.links)}")
        return self.open(urljoin(self.path, self._page.links[words]))

    def has_link(self, words: str) -> bool:
        return words in self._page.links

    def has_button(self, words: str) -> bool:
        return any(words in form.buttons for form in self._page.forms)

    def add_row(self, prefix: str) -> None:
        """What the button “Add another” does: a row more from the empty one."""
        form = self._form_with(f"{prefix}-TOTAL_FORMS")
        number = form.values[f"{prefix}-TOTAL_FORMS"][0]
        for name in [name for name in form.values if name.startswith(f"{prefix}-__prefix__-")]:
            new = name.replace("__prefix__", number)
            form.values[new] = list(form.values[name])
            if name in form.choices:
                form.choices[new] = dict(form.choices[name])
        form.values[f"{prefix}-TOTAL_FORMS"] = [str(int(number) + 1)]

    def fill(self, **values: Any) -> "Browser":
        """Fills in fields by name; double underscores stand for hyphens, a list ticks several boxes.

        A field that is not there is an error.
        """
        for key, value in values.items():
            name = key.replace("__", "-")
            form, one = self._form_with(name), ["on" if value is True else str(value)]
            form.values[name] = value if isinstance(value, list) else [] if value in (None, False) else one
        return self

    def choose(self, name: str, label: str) -> "Browser":
        """Takes the radio button or option whose label begins like this."""
        form = self._form_with(name)
        found = [value for value, words in form.choices[name].items() if words.startswith(label)]
        if len(found) != 1:
            raise AssertionError(f"“{label}” is {len(found)} of the choices {form.choices[name]}")
        form.values[name] = found
        return self

    def press(self, label: str) -> "Browser":
        """Presses a button and follows where it leads."""
        form = next((form for form in self._page.forms if label in form.buttons), None)
        if form is None:
            there = [label for form in self._page.forms for label in form.buttons]
            raise AssertionError(f"no button “{label}” on {self.path}; there are {there}\n{self.text[:3000]}")
        name, value = form.buttons[label]
        data = {key: list(entered) for key, entered in form.values.items()}
        if name:
            data[name] = [value]
        target = urljoin(self.path, form.targets.get(label) or form.action or self.path)
        headers = {"referer": f"http://testserver{self.path}"}
        return self._show(self.client.post(target, data, follow=True, headers=headers), target)

    def value(self, name: str) -> str:
        values = self._form_with(name).values[name]
        return values[0] if values else ""

    def _form_with(self, name: str) -> Form:
        for form in self._page.forms:
            if name in form.values or name in form.choices:
                return form
        there = [name for form in self._page.forms for name in form.values]
        raise AssertionError(f"no field {name} on {self.path}; there are {there}\n{self.text[:2000]}")

    def _show(self, response: HttpResponse, path: str) -> "Browser":
        chain = getattr(response, "redirect_chain", [])
        last = urlsplit(urljoin(path, chain[-1][0]) if chain else path)
        self.path = f"{last.path}?{last.query}" if last.query else last.path
        self.status = response.status_code
        self._page = _Reader()
        if response.get("Content-Type", "").startswith("text/html"):
            self.html = response.content.decode()
            self._page.feed(self.html)
        self.text = " ".join(" ".join(self._page.words).split())
        return self


def sign_in(username: str, password: str, language: str = "en") -> Browser:
    """Through the login form, as people do."""
    browser = Browser(language).open("/admin/")
    return browser.fill(username=username, password=password).press("Log in" if language == "en" else "Đăng nhập")


def signed_in(user: User) -> Browser:
    """Somebody who is signed in already."""
    browser = Browser()
    browser.client.force_login(user)
    return browser
