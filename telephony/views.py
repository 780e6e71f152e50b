"""The staff's pages: find a call, hear it, say whom it was about."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from appointments.access import appointment_for, patient_for, patients_to_choose
from appointments.errors import (
    AppointmentIdInvalid,
    AppointmentNotFound,
    PatientIdInvalid,
    PatientNotFound,
)
from medisync.http.pages.lists import places_and_query
from medisync.http.pages.view import PageView
from telephony import access, attaching, search
from telephony.errors import CallNotFound
from telephony.forms import AttachTo, CallSearch
from telephony.models import Call
from telephony.search import CallFilters


class CallsPage(PageView):
    refusals = {
        CallNotFound: 404,
        PatientNotFound: 404,
        PatientIdInvalid: 404,
        AppointmentNotFound: 404,
        AppointmentIdInvalid: 404,
    }

    def call(self, sid: str) -> Call:
        return access.call_for(self.user, sid, actor=self.actor)

    def call_to_attach(self, sid: str) -> Call:
        """The call, for somebody who says what it was about."""
        call = self.call(sid)
        if not access.may_attach(self.user):
            raise PermissionDenied
        return call


class CallList(CallsPage):
    """Every call that the user may know of and that matches, a page at a time."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = CallSearch(request.GET)
        filters = form.filters
        places, query = places_and_query(request)
        context = {
            "form": form,
            "page": search.calls(self.user, filters, **places),
            "searching": filters != CallFilters(),
            "query": query,
            "section": "calls",
        }
        return render(request, "telephony/calls.html", context)


class CallDetail(CallsPage):
    """One call: its recordings, its facts, and what it was about."""

    def get(self, request: HttpRequest, sid: str) -> HttpResponse:
        call = self.call(sid)
        context: dict[str, Any] = {
            "call": call,
            "recordings": access.recordings_of_call(self.user, call),
            "may_attach": access.may_attach(self.user),
            "section": "calls",
        }
        find = request.GET.get("find", "").strip()[:200]
        if context["may_attach"]:
            context["find"] = find
            context["found"] = patients_to_choose(self.user, find) if find else []
        return render(request, "telephony/call.html", context)


class AttachCall(CallsPage):
    """POST attaches the call to the patient or the appointment that is named."""

    def post(self, request: HttpRequest, sid: str) -> HttpResponse:
        call = self.call_to_attach(sid)
        form = AttachTo(request.POST)
        if not form.is_valid():
            for sentence in form.non_field_errors():
                messages.error(request, str(sentence))
            return _back_to(call)
        if "patient" in form.cleaned_data:
            patient = patient_for(self.user, form.cleaned_data["patient"])
            attaching.attach_to_patient(call, patient, actor=self.actor)
        else:
            appointment = appointment_for(self.user, form.cleaned_data["appointment"])
            attaching.attach_to_appointment(call, appointment, actor=self.actor)
        return _back_to(call)


class DetachCall(CallsPage):
    """POST makes the call the clinic's alone again."""

    def post(self, request: HttpRequest, sid: str) -> HttpResponse:
        call = self.call_to_attach(sid)
        attaching.detach_call(call, actor=self.actor)
        return _back_to(call)


def _back_to(call: Call) -> HttpResponse:
    return HttpResponseRedirect(reverse("call", args=[call.pk]))
