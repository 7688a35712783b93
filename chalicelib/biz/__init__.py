"""Biz Portal: one stop for permission to do business.

A service (licence, registration, notification) is a JSON document in `catalogue/`; form, manual, fee, workflow, legal
clock and e-licence all come from it. An application opens as a draft, is filled in part by state registers through
GDX, gets its documents, and is filed; from then on the law's clock runs on working days. Officers of the agency check,
ask once for what is missing, inspect and decide; the fee is paid by Thai QR; the licence is a verifiable credential
that anybody can check.

    routes_*   who may ask what            service, applications, desk, counter, register   what happens
    store      how it lies in the table     rules, clock, forms, fees, licences              the law, pure
"""
