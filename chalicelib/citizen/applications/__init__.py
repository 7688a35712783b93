"""Applications: asking for a right, and how every application of a person stands, whoever works on it.

The case engine is the Biz Portal's: form, documents, officers, clock and decision are those of a licence. The portal
opens and drives an application with the person's own token (`ports.Cases`), and shows on the home page what the engine
tells of each step.
"""
