"""What somebody does on the pages, from one state that is worth a look to the next.

Selectors name no words: every step is taken in English and in German.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import time_ns
from typing import NamedTuple

import requests
from playwright.sync_api import FilePayload, Locator, Page

from tests.server import DATABASE, Server

IDS = ("appointment", "attached_call", "link_and_pin", "patient", "recording", "reset")


class Place(NamedTuple):
    """Where steps are taken: a page, its server, and the ids of the clinic there."""

    page: Page
    server: Server
    ids: dict[str, str]

    def open(self, path: str) -> None:
        self.page.goto(path.format(**self.ids))

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.locator(f"#content [name={name}]").fill(value)

    def send(self, form: str = "#content form[method=post]") -> None:
        """Sends the form as its button does, and waits for what comes of it."""
        button = self.page.locator(
            f"{form} :is([type=submit], button:not([type]))"
        ).first
        with self.page.expect_response(lambda got: got.request.method == "POST"):
            button.click()
        self.page.wait_for_load_state()

    def see(self, selector: str) -> Locator:
        found = self.page.locator(selector).first
        found.wait_for()
        return found


Steps = Callable[[Place], Iterator[str]]


# --- Forms that are refused ---------------------------------------------------------


def signing_in(at: Place) -> Iterator[str]:
    at.open("/sign-in")
    at.send()
    at.see(".error")
    yield "nothing typed"
    at.fill(email="nobody@clinic.example", password="not it")
    at.send()
    at.see("[role=alert]")
    yield "a wrong password"


def new_password(at: Place) -> Iterator[str]:
    at.open("/reset-password/{reset}")
    at.fill(new_password1="12345", new_password2="12346")
    at.send()
    at.see(".error")
    yield "two bad passwords"


def new_appointment(at: Place) -> Iterator[str]:
    at.open("/appointments/new")
    at.fill(find="o")
    at.see("#entry-patients .choice")
    yield "patients to choose from"
    at.fill(find="nobody of that name", date="", time="", name="")
    at.page.locator("#entry-patients .choice").first.wait_for(state="detached")
    at.page.locator("[value=new]").check()
    at.send("form.entry")
    at.see(".error")
    yield "nothing typed"


def new_patient(at: Place) -> Iterator[str]:
    at.open("/patients/new")
    at.send("form.entry")
    at.see(".error")
    yield "nothing typed"
    at.fill(first_name="A", last_name="B", date_of_birth="2999-12-31", email="x")
    at.send("form.entry")
    at.see("#id_email_error")
    yield "impossible values"


def twin(at: Place) -> Iterator[str]:
    at.open("/patients/{patient}/edit")
    names = ("first_name", "last_name", "date_of_birth")
    known = {
        name: at.page.locator(f"#content [name={name}]").input_value() for name in names
    }
    at.open("/patients/new")
    at.fill(**known)
    doctor = at.page.locator("#content [name=doctor]")
    if doctor.count():
        doctor.select_option(index=1)
    at.send("form.entry")
    at.see(".twins")
    yield "a patient like another"


def handing_out(at: Place) -> Iterator[str]:
    at.open("/recordings/{recording}/")
    at.see(".sharing summary").click()
    at.fill(uses="0", until="2001-01-01T10:00")
    at.page.locator(".sharing form [name=uses]").evaluate(
        "field => field.form.noValidate = true"
    )
    at.send(".sharing details form")
    at.see(".sharing .error")
    yield "impossible values"
    soon = at.page.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 16)")
    at.fill(recipient="Cedar Mutual", uses="2", until=soon)
    at.send(".sharing details form")
    at.see("#handout-url")
    yield "made"
    at.send(".shares form")
    at.page.locator("#handout-url").wait_for(state="detached")
    yield "revoked"


def deleting(at: Place) -> Iterator[str]:
    at.open("/recordings/{recording}/delete")
    at.page.locator("form.sheet input:not([type=hidden])").first.fill("not it")
    at.send("form.sheet")
    at.see(".error")
    yield "typed wrong"


def admin_form(at: Place) -> Iterator[str]:
    at.open("/admin/appointments/appointment/add/")
    at.send("#appointment_form")
    at.see(".errornote")
    yield "nothing typed"


def admin_password(at: Place) -> Iterator[str]:
    at.open("/admin/password_change/")
    at.page.locator("[name=old_password]").fill("not it")
    at.page.locator("[name=new_password1]").fill("12345")
    at.page.locator("[name=new_password2]").fill("12346")
    at.send("#content form")
    at.see(".errornote, .errorlist")
    yield "all wrong"


def admin_person(at: Place) -> Iterator[str]:
    at.open("/admin/accounts/user/add/")
    at.page.locator("[name=email]").fill("x")
    at.send("#user_form")
    at.see(".errornote")
    yield "impossible values"


def admin_asks_twice(at: Place) -> Iterator[str]:
    at.open("/admin/appointments/appointment/")
    at.page.locator(".action-select").first.check()
    at.page.locator("[name=action]").first.select_option(index=1)
    at.send("#changelist-form .actions")
    at.see(".asked-twice")
    yield "asked"
    at.page.locator("[name=count]").fill("0")
    at.send(".asked-twice")
    at.see("#count_error")
    yield "typed wrong"


# --- What takes the place of a part of the page -------------------------------------


def searching(at: Place) -> Iterator[str]:
    at.open("/")
    at.fill(q="knee")
    at.page.wait_for_url("**/?q=knee")
    yield "with hits"
    at.page.locator(".filters summary").click()
    at.fill(q="nothing of the kind")
    at.see("#results .empty")
    yield "without hits, and the filters"


def searching_patients(at: Place) -> Iterator[str]:
    at.open("/patients/")
    at.fill(find="nobody")
    at.see("#patients .empty")
    yield "nobody"


def attaching(at: Place) -> Iterator[str]:
    at.open("/calls/{attached_call}/")
    at.fill(find="o")
    at.see("#found .choice")
    yield "patients to choose from"
    at.fill(find="nobody")
    at.page.locator("#found .choice").first.wait_for(state="detached")
    yield "nobody"


#: What another window saves.
_THEIRS = """form => {
    const sent = new FormData(form);
    sent.set("window", "another");
    sent.set("notes", `Theirs of ${Date.now()}`);
    return fetch(form.action, { method: "POST", body: sent });
}"""
_UNSCRIPTED = "form => HTMLFormElement.prototype.submit.call(form)"


def notes_of_two(at: Place) -> Iterator[str]:
    at.open("/appointments/{appointment}/")
    form = at.see("ms-notes form")
    form.evaluate(_THEIRS)
    at.fill(notes=f"Mine of {time_ns()}")
    at.see("ms-notes dialog[open]")
    yield "the dialogue"
    at.page.locator("[data-do=theirs]").click()
    form.evaluate("form => { form.elements.base.value = 0; }")
    with at.page.expect_navigation():
        form.evaluate(_UNSCRIPTED)
    at.see("#their-text")
    yield "the page"


def keys(at: Place) -> Iterator[str]:
    at.open("/recordings/{recording}/")
    at.page.locator("#content [data-here]").click()
    at.see(".player:not([hidden])")
    yield "the player"
    at.page.locator("[popovertarget=account]").click()
    yield "the account"
    at.page.locator("#account [data-opens=shortcuts]").click()
    at.see("#shortcuts[open]")
    yield "the shortcuts"


def sending_files(at: Place) -> Iterator[str]:
    at.open("/record/")
    at.see("ms-upload[data-ready]")
    at.see("ms-recorder[data-ready]")
    doctor = at.page.locator("#upload-doctor")
    file: FilePayload = {
        "name": "notes.wav",
        "mimeType": "audio/wav",
        "buffer": b"no audio",
    }
    if doctor.count():
        doctor.select_option("")
        at.page.locator("#upload-files").set_input_files([file])
        at.see("ms-upload [data-part=trouble]:not([hidden])")
        yield "no doctor chosen"
        doctor.select_option(index=1)
    at.page.locator("#upload-files").set_input_files([file])
    at.see(".sendings [data-state=refused]")
    yield "a refused file"


def without_a_microphone(at: Place) -> Iterator[str]:
    at.open("/record/")
    at.see("ms-recorder[data-ready]")
    at.fill(consent="Eilidh Carver")
    at.page.locator("[name=agreed]").check()
    doctor = at.page.locator("#recorder-doctor")
    if doctor.count():
        doctor.select_option(index=1)
    at.page.locator("ms-recorder [type=submit]").click()
    at.see("ms-recorder [data-part=trouble]:not([hidden])")
    yield "told"


def toasts(at: Place) -> Iterator[str]:
    at.open("/patients/{patient}/edit")
    at.fill(phone=f"+1 503 {time_ns()}")
    at.send("form.entry")
    at.see("#toasts .toast")
    at.page.context.set_offline(True)
    at.page.locator("#sections a").first.click()
    at.see("#toasts .toast.error")
    at.page.context.set_offline(False)
    yield "saved, and then offline"


# --- What went wrong ----------------------------------------------------------------


def out_of_date(at: Place) -> Iterator[str]:
    for path in ("/patients/new", "/admin/password_change/"):
        at.open(path)
        form = at.page.locator("#content form:has([name=csrfmiddlewaretoken])").first
        form.evaluate("form => { form.elements.csrfmiddlewaretoken.value = 'x'; }")
        with at.page.expect_navigation():
            form.evaluate(_UNSCRIPTED)
        at.see("h1")
        yield path


def locked_out(at: Place) -> Iterator[str]:
    wrong = {"email": "locked@clinic.example", "password": "not it"}
    for _ in range(10):
        requests.post(f"{at.server.url}/api/login", json=wrong, timeout=30)
    at.open("/sign-in")
    at.fill(**wrong)
    at.send()
    at.page.locator("[name=password]").wait_for(state="detached")
    yield "too many passwords"
    at.open("/shared/" + at.ids["link_and_pin"].split()[0])
    for _ in range(6):
        at.fill(pin="000000")
        at.send(".sheet")
        if at.page.locator("[name=pin]").count() == 0:
            break
    yield "too many PINs"


def too_many_mails(at: Place) -> Iterator[str]:
    at.open("/forgot-password")
    token = at.page.locator("[name=csrfmiddlewaretoken]").input_value()
    form: dict[str, str | float | bool] = {
        "csrfmiddlewaretoken": token,
        "email": "nobody@clinic.example",
    }
    for _ in range(20):
        at.page.request.post("/forgot-password", form=form)
    at.fill(email="nobody@clinic.example")
    at.send()
    at.page.locator("[name=email]").wait_for(state="detached")
    yield "too many mails"


@contextmanager
def without(server: Server, table: str) -> Iterator[None]:
    """A clinic whose database lacks the table for as long as this lasts."""
    with closing(sqlite3.connect(server.data_dir / DATABASE)) as database:
        database.execute("PRAGMA legacy_alter_table=ON")
        database.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            database.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


def faults(at: Place) -> Iterator[str]:
    with without(at.server, "telephony_call"):
        for path in ("/calls/", "/admin/telephony/call/"):
            at.open(path)
            at.see("h1")
            yield path


def lost_audio(at: Place) -> Iterator[str]:
    media = at.server.data_dir / "media"
    media.rename(media.with_name("away"))
    at.open("/recordings/{recording}/original")
    media.with_name("away").rename(media)
    at.see("h1")
    yield "told"


STATES: list[tuple[Steps, str]] = [
    (signing_in, "anonymous"),
    (new_password, "anonymous"),
    (new_appointment, "staff"),
    (new_patient, "owner"),
    (twin, "staff"),
    (handing_out, "owner"),
    (deleting, "owner"),
    (admin_form, "owner"),
    (admin_password, "owner"),
    (admin_person, "superuser"),
    (admin_asks_twice, "owner"),
    (searching, "staff"),
    (searching_patients, "staff"),
    (attaching, "staff"),
    (notes_of_two, "owner"),
    (keys, "owner"),
    (sending_files, "staff"),
    (without_a_microphone, "staff"),
    (toasts, "owner"),
    (out_of_date, "owner"),
    (faults, "superuser"),
    (lost_audio, "owner"),
    (locked_out, "anonymous"),
    (too_many_mails, "anonymous"),
]
