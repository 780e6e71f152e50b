from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from medisync.accounts.models import User
from medisync.http.pages.lists import DayInput, ListSearch, midnight
from recordings.access import doctors_for
from recordings.choices import RenditionState, Source
from recordings.models import Recording
from recordings.search import RecordingFilters, Sort

_MINUTE_MS = 60_000
# Longer than anything that is kept.
_MOST_MINUTES = 100 * 60


def _choice(label: Any, everything: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=[("", everything), *choices]
    )


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=_MOST_MINUTES
    )


class RecordingSearch(ListSearch):
    """What the list of recordings is narrowed to; every field may be empty.

    What cannot be read narrows nothing, and is told beside its field.
    """

    folded_away = ("since", "until", "longer", "shorter", "state")

    q = forms.CharField(
        label=_("Search recordings"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Title, patient, doctor, phone number or file name"),
            }
        ),
    )
    source = _choice(
        _("Source"),
        _("All sources"),
        [
            (Source.VISIT.value, _("Visits")),
            (Source.DICTATION.value, _("Dictations")),
            (Source.CALL.value, _("Calls")),
        ],
    )
    doctor = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Doctor"),
        required=False,
        empty_label=_("All doctors"),
    )
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("Until"), required=False, widget=DayInput)
    longer = _minutes(_("At least, minutes"))
    shorter = _minutes(_("At most, minutes"))
    state = _choice(
        _("State"),
        _("All states"),
        [
            (RenditionState.READY.value, _("Ready")),
            (RenditionState.MAKING.value, _("Being made")),
            (RenditionState.WAITING.value, _("Waiting")),
            (RenditionState.FAILED.value, _("Failed")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("Sort"),
        required=False,
        choices=[
            (Sort.NEWEST.value, _("Newest first")),
            (Sort.OLDEST.value, _("Oldest first")),
            (Sort.LONGEST.value, _("Longest first")),
            (Sort.SHORTEST.value, _("Shortest first")),
        ],
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        if user.sees_clinic:
            self.fields["doctor"].queryset = doctors_for(user)  # type: ignore[attr-defined]
        else:
            del self.fields["doctor"]

    @property
    def filters(self) -> RecordingFilters:
        self.is_valid()
        told = self.cleaned_data.items()
        facts = {name: value for name, value in told if value not in (None, "")}
        return RecordingFilters(
            text=facts.get("q", ""),
            source=Source(facts["source"]) if "source" in facts else None,
            doctor=facts.get("doctor"),
            since=midnight(facts.get("since")),
            until=midnight(facts.get("until"), days=1),
            at_least_ms=_milliseconds(facts.get("longer")),
            at_most_ms=_milliseconds(facts.get("shorter")),
            state=RenditionState(facts["state"]) if "state" in facts else None,
            sort=Sort(facts.get("sort", Sort.NEWEST)),
        )


class ConfirmDeletion(forms.Form):
    """The word or the title, typed: nobody does that by mistake."""

    typed = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )

    def __init__(self, recording: Recording, data: Any = None) -> None:
        super().__init__(data)
        self._accepted = {self.word.casefold(), str(recording).casefold()}
        self.fields["typed"].label = _("Type “%(word)s” to confirm") % {
            "word": self.word
        }

    @property
    def word(self) -> str:
        return gettext("delete")

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed.casefold() not in self._accepted:
            raise forms.ValidationError(
                _("That is not the word. Nothing was deleted."), code="not_the_word"
            )
        return typed


def _milliseconds(minutes: int | None) -> int | None:
    return None if minutes is None else minutes * _MINUTE_MS
