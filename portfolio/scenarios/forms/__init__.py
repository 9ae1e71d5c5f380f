from __future__ import annotations

from portfolio.scenarios.choices import ChangeKind
from portfolio.scenarios.forms.base import ChangeForm, ScenarioForm
from portfolio.scenarios.forms.demands import (
    AcceptRequestForm,
    AddDemandForm,
    DropDemandForm,
    EstimateForm,
    MoveDemandForm,
    rows_of_stored,
)
from portfolio.scenarios.forms.people import (
    AddLeaveForm,
    AddPersonForm,
    CancelLeaveForm,
    RemovePersonForm,
)
from portfolio.scenarios.forms.work import DropSkillForm, SetKtloForm, SetSpeedForm

FORMS: dict[str, type[ChangeForm]] = {
    ChangeKind.ADD_PERSON: AddPersonForm,
    ChangeKind.REMOVE_PERSON: RemovePersonForm,
    ChangeKind.ADD_LEAVE: AddLeaveForm,
    ChangeKind.CANCEL_LEAVE: CancelLeaveForm,
    ChangeKind.SET_SPEED: SetSpeedForm,
    ChangeKind.DROP_SKILL: DropSkillForm,
    ChangeKind.SET_KTLO: SetKtloForm,
    ChangeKind.MOVE_DEMAND: MoveDemandForm,
    ChangeKind.ADD_DEMAND: AddDemandForm,
    ChangeKind.ACCEPT_REQUEST: AcceptRequestForm,
    ChangeKind.DROP_DEMAND: DropDemandForm,
    ChangeKind.ESTIMATE: EstimateForm,
}

__all__ = ["FORMS", "ChangeForm", "ScenarioForm", "rows_of_stored"]
