"""What a file is by its content; the name and type that come with it prove nothing."""

from __future__ import annotations

import zipfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from portfolio.core.errors import RuleBroken
from portfolio.core.words import joined

LARGEST = 10 * 1024 * 1024
ACCEPTED = ["PDF", "PNG", "JPEG", "Word", "Excel", "PowerPoint", "plain text", "CSV"]
_OFFICE = "application/vnd.openxmlformats-officedocument."
# The folder inside an Office file that its kind of document has.
_FOLDERS = {
    "word/": f"{_OFFICE}wordprocessingml.document",
    "xl/": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}presentationml.presentation",
}
_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
ENDINGS = {
    "application/pdf": [".pdf"],
    "image/png": [".png"],
    "image/jpeg": [".jpg", ".jpeg"],
    _FOLDERS["word/"]: [".docx"],
    _FOLDERS["xl/"]: [".xlsx"],
    _FOLDERS["ppt/"]: [".pptx"],
    "text/plain": [".txt", ".csv", ".log", ".md"],
}


def name_of(upload: UploadedFile[Any]) -> str:
    return str(upload.name or "file")[-150:]


def content_type_of(upload: UploadedFile[Any]) -> str:
    """Its type by content; refused where it is too large, empty or of another type."""
    name, size = name_of(upload), upload.size or 0
    if size > LARGEST:
        raise RuleBroken(
            f"“{name}” is too large; a file may have {LARGEST // 1024 // 1024} MB. "
            "Leave out what is not needed, or give a link."
        )
    if not size:
        raise RuleBroken(f"“{name}” is empty. Choose another file.")
    upload.seek(0)
    found = _type_of(upload)
    upload.seek(0)
    if found is None:
        raise RuleBroken(
            f"“{name}” is not of a type that can be added: {joined(ACCEPTED)}. "
            "Save it as one of these, or give a link."
        )
    if not name.lower().endswith(tuple(ENDINGS[found])):
        raise RuleBroken(
            f"“{name}” is named as something it is not; its content is that of a file "
            f"that ends in {joined(ENDINGS[found])}. Choose the right one."
        )
    return found


def _type_of(file: UploadedFile[Any]) -> str | None:
    beginning: bytes = file.read(8)
    for bytes_, found in _BEGINNINGS.items():
        if beginning.startswith(bytes_):
            return found
    if beginning.startswith(b"PK\x03\x04"):
        return _office_type(file)
    try:
        text = (beginning + file.read()).decode("utf-8")
    except UnicodeDecodeError:
        return None
    is_text = not any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text)
    return "text/plain" if is_text else None


def _office_type(file: UploadedFile[Any]) -> str | None:
    try:
        names = zipfile.ZipFile(file).namelist()
    except zipfile.BadZipFile:
        return None
    # Macros are programs; they do not come in by a form.
    if "[Content_Types].xml" not in names or any("vba" in each for each in names):
        return None
    return next(
        (
            found
            for folder, found in _FOLDERS.items()
            if any(each.startswith(folder) for each in names)
        ),
        None,
    )
