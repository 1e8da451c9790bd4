"""The steps of the first hour, for the home page of the desk."""

from django import template

from factcheck.operations.first_hour import find_steps

register = template.Library()
register.simple_tag(find_steps)
