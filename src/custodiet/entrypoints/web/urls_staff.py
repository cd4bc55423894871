"""Addresses of the pages about staff."""

from django.urls import path

from custodiet.entrypoints.web.views import people, staff

urlpatterns = [
    path("staff", staff.find, name="staff"),
    path("staff/join", staff.join, name="staff_join"),
    path("staff/join/<str:role_id>", staff.answer, name="staff_joiner"),
    path("staff/<str:actor>", staff.show, name="staff_account"),
    path("staff/<str:actor>/account", staff.sign_in, name="staff_sign_in"),
    path("staff/<str:actor>/end/<str:role_id>", staff.leave, name="staff_leave"),
    path("cases/<str:reference>/people", people.show, name="case_people"),
    path("cases/<str:reference>/people/assign", people.assign, name="case_assign"),
    path("cases/<str:reference>/people/hand-over", people.hand_over, name="case_hand_over"),
    path("cases/<str:reference>/people/cover", people.cover, name="case_cover"),
    path("cases/<str:reference>/people/conflict", people.conflict, name="case_conflict"),
    path("cases/<str:reference>/people/conflict-of-another", people.conflict_of_another, name="case_conflict_other"),
]
