// What docs/fidelity.md shows, under its name: the run of accuracy.mjs, with the same options.
import './accuracy.mjs';
