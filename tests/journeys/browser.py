"""A person with a browser: opens pages, fills in the forms and presses their buttons.

Forms are read from the HTML as served, so that hidden fields, tokens and management forms are the real ones.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
from django.http import HttpResponse
from django.test import Client

from factcheck.editorial.models import User


@dataclass
class Form:
    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # of radios, checkboxes and selects: label by value
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)  # by label: name and value
    targets: dict[str, str] = field(default_factory=dict)  # of buttons that send the form elsewhere: URL by label


@dataclass
class Page:
    """The forms, the links and the visible text of a page."""

    forms: list[Form] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    text: str = ""


def _read_page(html: bytes) -> Page:
    document = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
    for hidden in list(document.iter("script", "style", "template")):
        hidden.drop_tree()
    page = Page([_read_form(form) for form in document.iter("form")])
    for link in document.iter("a"):
        if "href" in link.attrib:
            page.links.setdefault(_words(link), link.get("href"))
    page.text = " ".join(" ".join(document.xpath("//text()[not(ancestor::textarea)]")).split())
    return page


def _read_form(element: Any) -> Form:
    form = Form(element.get("action", ""))
    inside = element.iter("input", "select", "textarea", "button")
    elsewhere = element.getroottree().xpath("//*[@form=$id]", id=element.get("id", ""))
    for each in [*(each for each in inside if "form" not in each.attrib), *elsewhere]:
        kind, name, value = each.get("type", each.tag), each.get("name", ""), each.get("value", "")
        if "disabled" in each.attrib:
            continue
        if each.tag == "button" or kind in ("submit", "button", "image"):
            label = _words(each) if each.tag == "button" else value
            form.buttons[label] = (name, value)
            if "formaction" in each.attrib:
                form.targets[label] = each.get("formaction")
        elif each.tag == "select":
            form.choices[name] = {option.get("value", ""): _words(option) for option in each.iter("option")}
            selected = [option.get("value", "") for option in each.iter("option") if "selected" in option.attrib]
            # Without a selected option, a browser selects the first one.
            chosen = selected or ([] if "multiple" in each.attrib else list(form.choices[name])[:1])
            form.values[name] = form.values.get(name, []) + chosen
        elif kind in ("checkbox", "radio"):
            value = each.get("value", "on")
            form.choices.setdefault(name, {})[value] = "" if each.label is None else _words(each.label)
            form.values.setdefault(name, []).extend([value] if "checked" in each.attrib else [])
        elif name:
            # The first line break after the tag of a textarea isn't part of the value.
            entered = (each.text or "").removeprefix("\n") if each.tag == "textarea" else value
            form.values[name] = [*(form.values.get(name, []) if kind == "hidden" else []), entered]
    return form


def spaced(words: object) -> str:
    """The words as `Browser.text` has them: with one ordinary space where a page has no-break spaces."""
    return " ".join(str(words).split())


def _words(element: Any) -> str:
    return spaced(element.text_content())


class Browser:
    """One login. `status` and `text` are of the page on the screen."""

    def __init__(self, language: str = "en") -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
        self.path = "/"
        self.status = 0
        self.text = ""
        self.html = ""
        self.codes: set[str] = set()  # why the form of the page was refused, such as `incomplete` or `required`
        self.page = Page()

    def open(self, path: str) -> "Browser":
        return self._show(self.client.get(path, follow=True), path)

    def follow(self, words: str) -> "Browser":
        """Clicks on a link by its words."""
        if not self.has_link(words):
            raise AssertionError(f"no link “{words}” on {self.path}; there are {sorted(self.page.links)}")
        return self.open(urljoin(self.path, self.page.links[spaced(words)]))

    def has_link(self, words: str) -> bool:
        return spaced(words) in self.page.links

    def has_button(self, words: str) -> bool:
        return any(words in form.buttons for form in self.page.forms)

    def add_row(self, prefix: str) -> None:
        """Add a row from the empty one, as the button “Add another” does."""
        form = self._form_with(f"{prefix}-TOTAL_FORMS")
        number = form.values[f"{prefix}-TOTAL_FORMS"][0]
        for name in [name for name in form.values if name.startswith(f"{prefix}-__prefix__-")]:
            new = name.replace("__prefix__", number)
            form.values[new] = list(form.values[name])
            if name in form.choices:
                form.choices[new] = dict(form.choices[name])
        form.values[f"{prefix}-TOTAL_FORMS"] = [str(int(number) + 1)]

    def fill(self, **values: Any) -> "Browser":
        """Fills in fields by name; double underscores mean hyphens, a list ticks several boxes.

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
        form = next((form for form in self.page.forms if label in form.buttons), None)
        if form is None:
            there = [label for form in self.page.forms for label in form.buttons]
            raise AssertionError(f"no button “{label}” on {self.path}; there are {there}\n{self.text[:3000]}")
        name, value = form.buttons[label]
        data = {key: list(entered) for key, entered in form.values.items()}
        if name:
            data[name] = [value]
        target = urljoin(self.path, form.targets.get(label) or form.action or self.path)
        headers = {"referer": f"http://testserver{self.path}"}
        return self._show(self.client.post(target, data, follow=True, headers=headers), target)

    def confirm(self) -> "Browser":
        """Enters the password of the test accounts, where the site asks for it again."""
        return self.fill(confirm__password="a long enough secret").press("Confirm")

    def value(self, name: str) -> str:
        values = self._form_with(name).values[name]
        return values[0] if values else ""

    def _form_with(self, name: str) -> Form:
        for form in self.page.forms:
            if name in form.values or name in form.choices:
                return form
        there = [name for form in self.page.forms for name in form.values]
        raise AssertionError(f"no field {name} on {self.path}; there are {there}\n{self.text[:2000]}")

    def _show(self, response: HttpResponse, path: str) -> "Browser":
        chain = getattr(response, "redirect_chain", [])
        last = urlsplit(urljoin(path, chain[-1][0]) if chain else path)
        self.path = f"{last.path}?{last.query}" if last.query else last.path
        self.status = response.status_code
        self.page = Page()
        if response.get("Content-Type", "").startswith("text/html"):
            self.html = response.content.decode()
            self.page = _read_page(response.content)
        self.text = self.page.text
        form = (response.context or {}).get("form")
        errors = form.errors.as_data() if hasattr(form, "errors") else {}
        self.codes = {fault.code for faults in errors.values() for fault in faults}
        return self


def sign_in(username: str, password: str, language: str = "en") -> Browser:
    """Through the login form, as people do."""
    browser = Browser(language).open("/admin/")
    return browser.fill(username=username, password=password).press("Log in" if language == "en" else "Đăng nhập")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def signed_in(user: User) -> Browser:
    """Somebody who is signed in already."""
    browser = Browser()
    browser.client.force_login(user)
    return browser
