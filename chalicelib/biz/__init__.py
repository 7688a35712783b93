"""Biz Portal: one stop for permission to do business.

A service (licence, registration, notification) is one JSON document in `definitions/`; the guide, the manual, the form,
the fee, the workflow, the legal clock and the e-licence all come from it. An application opens as a draft, is filled in
part by state registers through GDX, gets its documents, and is filed; from then on the law's clock runs on working
days. Officers of the agency check, ask once for what is missing, inspect and decide; the fee is paid by Thai QR; the
licence is a verifiable credential that anybody can check, and can be renewed, amended, replaced and given back.

    guide, manual, definitions         what is needed, by which rules      laws        the law of procedure, dated
    cases, documents                   an application and what it holds    officers    the agency's desk
    bundles, delegations               several at once; for another        linked      services of agencies' own systems
    payments, licences                 money; what was given               notices     how people are told
    statistics                         how the law is kept                 pages       what all pages look like

Each noun has its own model, rules (pure), store and routes, as far as it needs them; `office` is what every use case
shares: reading a case, judging it by its book, saving it with its events in one transaction.
"""
