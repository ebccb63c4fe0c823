"""wslab against Autobahn|Testsuite, as a server and as a client: `make conformance`."""
