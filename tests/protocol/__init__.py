"""Tests of wslab.protocol, a module for each module; `feeding` has what several of them share."""
