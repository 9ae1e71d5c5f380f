from capacity.forms.deciding import BorrowForm, PlaceForm, TryForm
from capacity.forms.packages import (
    PackageAdminForm,
    PackageForm,
    PackagesFormSet,
    TemplateNameForm,
    TemplateRowsFormSet,
    packages_form,
    rows_of_offer,
    rows_of_packages,
    rows_of_template,
    rows_typed,
    template_rows_form,
)
from capacity.forms.people import HoursFormSet, PersonForm, hours_form
from capacity.forms.skills import SkillForm

__all__ = [
    "BorrowForm",
    "HoursFormSet",
    "PackageAdminForm",
    "PackageForm",
    "PackagesFormSet",
    "PersonForm",
    "PlaceForm",
    "SkillForm",
    "TemplateNameForm",
    "TemplateRowsFormSet",
    "TryForm",
    "hours_form",
    "packages_form",
    "rows_of_offer",
    "rows_of_packages",
    "rows_of_template",
    "rows_typed",
    "template_rows_form",
]
