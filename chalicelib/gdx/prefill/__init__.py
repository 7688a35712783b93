"""From what a form requires to the evidence that the state holds already: the once-only principle.

A requirement (a person's name, a company's status) is mapped to services; the broker asks them under the caller's own
agreements and answers values, each with its source, time and receipt. Names follow the EU Once-Only Technical System
(Commission Implementing Regulation (EU) 2022/1463): requirement, evidence, preview before release.
"""
