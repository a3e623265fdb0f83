/** Which way a metric gets better, guessed from its name. */

export type Direction = 'max' | 'min';

/** Words of names whose values should be small; of a name's last words, as in `val/log_loss`. */
const LESS = new Set([
  ...['loss', 'losses', 'error', 'errors', 'err', 'mse', 'rmse', 'mae', 'mape', 'smape', 'rmsle'],
  ...['nll', 'perplexity', 'ppl', 'wer', 'cer', 'fid', 'kl', 'divergence', 'crossentropy', 'ce'],
  ...['entropy', 'brier', 'deviance', 'residual', 'regret', 'cost', 'distance', 'hamming'],
  ...['latency', 'duration', 'seconds', 'secs', 'time', 'ms', 'memory', 'bytes', 'mb', 'gb'],
  ...['fpr', 'fnr', 'eer', 'ece', 'failures', 'misses', 'size', 'aic', 'bic'],
]);
const MORE = new Set([
  ...['accuracy', 'acc', 'auc', 'auroc', 'auprc', 'roc', 'f1', 'f2', 'score', 'precision'],
  ...['recall', 'r2', 'iou', 'miou', 'map', 'ap', 'dice', 'bleu', 'rouge', 'reward', 'return'],
  ...['throughput', 'gain', 'psnr', 'ssim', 'specificity', 'sensitivity', 'kappa', 'mcc', 'hit'],
]);

/** Undefined: the name does not say. The last word that says something decides: `error_recall` is more. */
export function guessDirection(metric: string): Direction | undefined {
  const words = metric
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .reverse();
  for (const word of words) {
    if (LESS.has(word)) return 'min';
    if (MORE.has(word)) return 'max';
  }
  return undefined;
}
