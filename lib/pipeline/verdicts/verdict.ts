/** Something that the data, the activations or the weights show, and what it means for INT8. */
export interface Verdict {
  /** `warning`: the result may be wrong or worse than it need be. `note`: good to know. `good`: what was feared is not so. */
  readonly level: 'warning' | 'note' | 'good';
  /** What kind of finding it is; stable, for scripts. */
  readonly code:
    | 'dead-tensor'
    | 'constant-tensor'
    | 'saturated-tensor'
    | 'one-sided-tensor'
    | 'outlier-tensor'
    | 'weight-outlier'
    | 'files-left-out'
    | 'near-duplicates'
    | 'thresholds-settled'
    | 'thresholds-moving'
    | 'few-samples'
    | 'input-range'
    | 'labels-or-preprocessing'
    | 'output-lost';
  /** The tensor, weight, input, output or set of samples that it is about. */
  readonly subject: string;
  /** One sentence or two: what was seen, what it means, what to do. */
  readonly message: string;
}
