"""The status of what the core refuses, as tus has it.

409 and 423 mean to a sender "look how far it is, and go on", so that nothing else
may be answered with them.
"""

from __future__ import annotations

from collections.abc import Mapping

from appointments.errors import (
    AppointmentIdInvalid,
    AppointmentNotFound,
    DoctorIdInvalid,
    DoctorNotFound,
)
from medisync.lib.errors import DomainError
from recordings.errors import (
    AlteredOnTheWay,
    AudioRefused,
    ConsentMissing,
    LengthRefused,
    OffsetConflict,
    RecordingExists,
    StorageFailed,
    StorageFull,
    TooManyUploads,
    UploadBusy,
    UploadExpired,
    UploadNotFound,
    UploadTooLarge,
)

#: Of the checksum extension; it has no name elsewhere.
CHECKSUM_MISMATCH = 460

STATUS: Mapping[type[DomainError], int] = {
    UploadNotFound: 404,
    UploadExpired: 410,
    OffsetConflict: 409,
    UploadBusy: 423,
    UploadTooLarge: 413,
    LengthRefused: 400,
    TooManyUploads: 429,
    AlteredOnTheWay: CHECKSUM_MISMATCH,
    ConsentMissing: 422,
    AudioRefused: 422,
    RecordingExists: 422,
    AppointmentNotFound: 422,
    AppointmentIdInvalid: 422,
    DoctorNotFound: 422,
    DoctorIdInvalid: 422,
    StorageFailed: 503,
    StorageFull: 507,
}
