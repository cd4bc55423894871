"""Addresses of the pages on which someone asks to look, says yes or no, looks, and sees who looked."""

from django.urls import path

from custodiet.entrypoints.web.views import looking

urlpatterns = [
    path("cases/<str:reference>/question", looking.question, name="question"),
    path("cases/<str:reference>/look-ups/new", looking.ask, name="new_look_up"),
    path("cases/<str:reference>/look-ups/<str:look_up_id>", looking.show, name="look_up"),
    path("cases/<str:reference>/looks", looking.who_looked, name="looks"),
    path("cases/<str:reference>/looks/<int:entry>/<str:form>", looking.proof, name="look_proof"),
    path("authorise/look-ups/<str:look_up_id>", looking.answer, name="answer_look_up"),
    path("my/looks", looking.mine, name="my_looks"),
]
