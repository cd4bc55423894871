"""Addresses of the device desk."""

from django.urls import path

from custodiet.entrypoints.web.views import devices

urlpatterns = [
    path("devices", devices.find, name="devices"),
    path("devices/batches", devices.batches, name="device_batches"),
    path("devices/new", devices.new, name="new_device"),
    path("devices/<str:device_id>", devices.show, name="device"),
    path("devices/<str:device_id>/fit", devices.fit, name="fit_device"),
    path("devices/<str:device_id>/inspect", devices.inspect, name="inspect_device"),
    path("devices/<str:device_id>/remove", devices.remove, name="remove_device"),
    path("devices/<str:device_id>/swap", devices.swap, name="swap_device"),
    path("devices/<str:device_id>/fault", devices.fault, name="device_fault"),
    path("devices/<str:device_id>/mended", devices.mended, name="device_mended"),
]
