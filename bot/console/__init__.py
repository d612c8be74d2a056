"""The staff console (后台): server-rendered pages for the people of a community.

Works without JavaScript. Who may enter which room stands in :mod:`bot.console.rights`, and a page
not named there is closed. Every act and every read of personal data leaves a line in the audit.
"""
