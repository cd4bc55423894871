"""Identities have kinds, so that one kind cannot be handed in for another. All are opaque text."""

from typing import NewType

SchemeId = NewType("SchemeId", str)
PersonId = NewType("PersonId", str)
CaseId = NewType("CaseId", str)
DeviceId = NewType("DeviceId", str)
FittingId = NewType("FittingId", str)
SenderId = NewType("SenderId", str)
TokenId = NewType("TokenId", str)
InstructionId = NewType("InstructionId", str)
DecisionId = NewType("DecisionId", str)
ConditionId = NewType("ConditionId", str)
TaskId = NewType("TaskId", str)
AlertId = NewType("AlertId", str)
StatementId = NewType("StatementId", str)
FactId = NewType("FactId", str)
ScreeningId = NewType("ScreeningId", str)
RepresentationId = NewType("RepresentationId", str)
AssessmentId = NewType("AssessmentId", str)
ReviewId = NewType("ReviewId", str)
StopId = NewType("StopId", str)
MessageId = NewType("MessageId", str)
NoticeId = NewType("NoticeId", str)
TranslationId = NewType("TranslationId", str)
LookUpId = NewType("LookUpId", str)
HoldId = NewType("HoldId", str)
SessionId = NewType("SessionId", str)
RoleId = NewType("RoleId", str)
SignInId = NewType("SignInId", str)
"""One session of someone signed in: a name of its own, drawn at random, and never the cookie."""
ActorId = NewType("ActorId", str)
"""Who acted: a stable pseudonym of a member of staff, a court, or one of our own processes."""
