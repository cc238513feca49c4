namespace CudaNet.Nn.Text;

/// <summary>One or two texts as the input of an encoder such as BERT: [CLS] first [SEP] second [SEP].</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="TypeIds">0 for the first text with its special tokens, 1 for the second.</param>
public sealed record TokenPair(int[] Ids, int[] TypeIds);
