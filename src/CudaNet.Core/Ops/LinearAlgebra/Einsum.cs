namespace CudaNet.Ops
{
    /// <summary>Sums of products by Einstein's convention, lowered to diagonals, sums, permutations and matrix products.</summary>
    internal sealed class Einsum : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Einsum",
            Formula = "y[out] = Σ over all labels that are not in out of Π xₖ[labels of k]",
            DTypes = [.. DTypes.Floating, DType.Int32, DType.Int64],
            Samples =
            [
                Of("ij,jk->ik", [3, 5], [5, 4]), Of("bij,bjk->bik", [2, 3, 5], [2, 5, 4]), Of("ij,jk", [3, 5], [5, 4]), Of("ij->ji", [3, 5]), Of("ij->", [3, 5]), Of("ij->j", [3, 5]),
                Of("ii->i", [4, 4]), Of("ii", [4, 4]), Of("iij->ij", [3, 3, 2]), Of("i,j->ij", [3], [5]), Of("i,i", [7], [7]), Of("ij,ij->ij", [3, 5], [3, 5]), Of("ij,ij->i", [3, 5], [3, 5]),
                Of("ba", [3, 5]), Of("...ij->...ji", [2, 3, 4, 5]), Of("...ij,...jk->...ik", [2, 3, 5], [5, 4]), Of("b...,b...->b", [2, 3, 4], [2, 3, 4]), Of("...,...->...", [3, 5], [5]),
                Of("ijk,kl,lm->ijm", [2, 3, 4], [4, 5], [5, 2]), Of("a,b,c->abc", [2], [3], [4]), Of("bhid,bhjd->bhij", [2, 3, 4, 5], [2, 3, 6, 5]), Of("ij,kj->ik", [3, 5], [4, 5]),
                Of("ij,j->", [3, 5], [5]), Of("ij,jk->ik", [0, 3], [3, 2]), Of("ij,jk->ik", [2, 0], [0, 3]), Of("ij,jk->ik", [1, 5], [5, 1]), Of(",->", [], []), Of("ij,jk->ik", [3, 1], [5, 4]),
                new("transposed", [new([3, 5], Domain.Any, SampleView.Transposed), new([5, 4], Domain.Any, SampleView.Transposed)], x => Tensor.Einsum("ij,jk->ki", x[0], x[1])) { SumLength = 5 },
                new("strided", [new([3, 5], Domain.Any, SampleView.Strided), new([5, 4], Domain.Any, SampleView.Flipped)], x => Tensor.Einsum("ij,jk->ik", x[0], x[1])) { SumLength = 5 },
            ],
            Refusals =
            [
                new("too few operands", () => Tensor.Einsum("ij,jk->ik", Tensor.Zeros([2, 2])), "names 2 operands, but 1 is given"),
                new("too few labels", () => Tensor.Einsum("i->i", Tensor.Zeros([2, 2])), @"'i' names 1 axes, but operand 0 \[2, 2\] has 2"),
                new("sizes that differ", () => Tensor.Einsum("ij,jk->ik", Tensor.Zeros([2, 3]), Tensor.Zeros([4, 5])), "label 'j' has size 3.*size 4"),
                new("an unknown label", () => Tensor.Einsum("ij->ik", Tensor.Zeros([2, 3])), "label 'k' of the result is in no operand"),
                new("a label twice in the result", () => Tensor.Einsum("ij->ii", Tensor.Zeros([2, 3])), "'i' stands twice"),
                new("a strange character", () => Tensor.Einsum("i1->i", Tensor.Zeros([2, 3])), "'1' at position 1"),
                new("two ellipses", () => Tensor.Einsum("......", Tensor.Zeros([2, 3])), "not one ellipsis"),
            ],
        };

        private static Sample Of(string expression, params Shape[] shapes)
        {
            long length = 1;
            foreach (var shape in shapes) length = Math.Max(length, shape.ElementCount);
            return new($"{expression} of {string.Join(", ", shapes)}", [.. shapes.Select(shape => new SampleInput(shape, Domain.Any))], x => Tensor.Einsum(expression, [.. x])) { SumLength = length };
        }
    }

    /// <summary>A tensor whose axes have labels.</summary>
    internal readonly record struct Labelled(Tensor Tensor, int[] Labels)
    {
        /// <summary>Takes diagonals where a label stands twice.</summary>
        public Labelled WithoutRepeats()
        {
            var current = this;
            for (var k = 0; k < current.Labels.Length;)
            {
                var again = Array.IndexOf(current.Labels, current.Labels[k], k + 1);
                if (again < 0)
                {
                    k++;
                    continue;
                }
                var label = current.Labels[k];
                current = new(current.Tensor.Diagonal(0, k, again), [.. current.Labels.Where((_, axis) => axis != k && axis != again), label]);
            }
            return current;
        }

        /// <summary>Sums over the labels that nobody needs any more.</summary>
        public Labelled SumUnneeded(Func<int, bool> needed)
        {
            var labels = Labels;
            int[] axes = [.. Enumerable.Range(0, labels.Length).Where(axis => !needed(labels[axis]))];
            return axes.Length == 0 ? this : new(SumAs(Tensor, axes), [.. labels.Where(needed)]);
        }

        /// <summary>The axes in the order of labels, with an axis of size 1 for each label that is missing.</summary>
        public Tensor Aligned(IReadOnlyList<int> order)
        {
            var labels = Labels;
            int[] present = [.. order.Where(label => labels.Contains(label))];
            var tensor = Tensor.Permute([.. present.Select(label => Array.IndexOf(labels, label))]);
            var sizes = new long[order.Count];
            for (int k = 0, next = 0; k < sizes.Length; k++) sizes[k] = labels.Contains(order[k]) ? tensor.Shape[next++] : 1;
            return tensor.Reshape(new Shape(sizes));
        }

        /// <summary>The product of two, summed over the labels that neither the result nor a later operand needs.</summary>
        public Labelled Times(Labelled other, Func<int, bool> needed)
        {
            var (mine, theirs) = (Labels, other.Labels);
            int[] shared = [.. mine.Where(theirs.Contains)];
            int[] summed = [.. shared.Where(label => !needed(label))], batch = [.. shared.Where(needed)];
            var left = SumUnneeded(label => needed(label) || theirs.Contains(label));
            var right = other.SumUnneeded(label => needed(label) || mine.Contains(label));
            int[] rows = [.. left.Labels.Where(label => !shared.Contains(label))], columns = [.. right.Labels.Where(label => !shared.Contains(label))];
            int[] all = [.. batch, .. rows, .. columns];
            if (summed.Length == 0) return new(left.Aligned(all) * right.Aligned(all), all);

            // A size of 1 stretches: both sides get the larger size before axes are joined.
            var a = left.Aligned([.. batch, .. rows, .. summed]);
            var b = right.Aligned([.. batch, .. summed, .. columns]);
            var (batchShape, rowShape, columnShape) = (Joint(a, 0, b, 0, batch.Length), a.Shape.Slice(batch.Length, rows.Length), b.Shape.Slice(batch.Length + summed.Length, columns.Length));
            var sumShape = Joint(a, batch.Length + rows.Length, b, batch.Length, summed.Length);
            a = a.ExpandTo(batchShape.Concat(rowShape.Span).Concat(sumShape.Span));
            b = b.ExpandTo(batchShape.Concat(sumShape.Span).Concat(columnShape.Span));
            var product = a.Reshape(batchShape.Concat([rowShape.ElementCount, sumShape.ElementCount])).MatMul(b.Reshape(batchShape.Concat([sumShape.ElementCount, columnShape.ElementCount])));
            return new(product.Reshape(batchShape.Concat(rowShape.Span).Concat(columnShape.Span)), all);
        }

        private static Shape Joint(Tensor a, int atA, Tensor b, int atB, int count)
        {
            var sizes = new long[count];
            for (var k = 0; k < count; k++) sizes[k] = a.Shape[atA + k] == 1 ? b.Shape[atB + k] : a.Shape[atA + k];
            return sizes;
        }

        /// <summary>A sum in the operand's own type, where Sum alone would widen integers.</summary>
        private static Tensor SumAs(Tensor x, Axes axes) => x.Sum(axes).To(x.DType);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Sum of products by Einstein's convention: each letter names an axis; letters that are not in the result are
        /// summed over. A letter that stands twice in one operand takes its diagonal, "..." stands for axes that broadcast, and
        /// without "->" the result has the letters that stand once, in the order of the alphabet.</summary>
        /// <param name="expression">As in <c>"bij,bjk->bik"</c>.</param>
        /// <param name="operands">One tensor for each part before the arrow; contracted from left to right.</param>
        /// <exception cref="ShapeException">The expression is malformed, or does not fit the shapes.</exception>
        public static Tensor Einsum(string expression, params ReadOnlySpan<Tensor> operands)
        {
            Tensor[] tensors = [.. operands];
            var parsed = EinsumExpression.Parse(expression, tensors);
            var type = tensors[0].DType;
            foreach (var tensor in tensors) type = DTypes.Promote(type, tensor.DType);
            CheckSizes(expression, parsed, tensors);

            bool Later(int label, int from)
            {
                for (var k = from; k < tensors.Length; k++) if (parsed.Operands[k].Contains(label)) return true;
                return parsed.Result.Contains(label);
            }

            var product = new Labelled(tensors[0].To(type), parsed.Operands[0]).WithoutRepeats();
            for (var k = 1; k < tensors.Length; k++)
                product = product.Times(new Labelled(tensors[k].To(type), parsed.Operands[k]).WithoutRepeats(), label => Later(label, k + 1));
            return product.SumUnneeded(parsed.Result.Contains).Aligned(parsed.Result);
        }

        private static void CheckSizes(string expression, EinsumExpression parsed, Tensor[] tensors)
        {
            var sizes = new Dictionary<int, (long Size, int Operand)>();
            for (var k = 0; k < tensors.Length; k++)
                for (var axis = 0; axis < parsed.Operands[k].Length; axis++)
                {
                    var (label, size) = (parsed.Operands[k][axis], tensors[k].Shape[axis]);
                    if (!sizes.TryGetValue(label, out var known) || known.Size == 1) sizes[label] = (size, k);
                    else if (size != 1 && size != known.Size)
                        throw EinsumExpression.Error(expression, $"label '{EinsumExpression.Name(label)}' has size {known.Size} in operand {known.Operand} {tensors[known.Operand].Shape} and size {size} in operand {k} {tensors[k].Shape}");
                }
        }
    }
}
