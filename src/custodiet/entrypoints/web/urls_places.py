"""Where a person adds a place of their own."""

from django.urls import path

from custodiet.entrypoints.web.views import places

urlpatterns = [path("my/places", places.mine, name="my_places")]
