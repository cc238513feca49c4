using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Elementwise;

/// <summary>
/// Turns a program into loop calls over slots. Slots are numbered: the inputs, the outputs' places in memory, then
/// registers and constants. Casts that change nothing in the compute type disappear, a product that only feeds a sum
/// becomes a fused multiply-add, and what depends on repeated values only is computed once a block.
/// </summary>
internal sealed unsafe class ProgramCompiler
{
    private readonly ElementwiseProgram _program;
    private readonly IReadOnlyList<InputAccess> _inputs;
    private readonly List<Operation> _operations = [];
    private readonly List<SlotInfo> _slots = [];
    private readonly int[] _slotOf;
    private readonly int[] _uses;
    private readonly bool _wide;
    private readonly ErfPatterns _patterns;
    private int _lastInPlaceRead = -1;

    private ProgramCompiler(ElementwiseProgram program, IReadOnlyList<InputAccess> inputs, bool wide)
    {
        (_program, _inputs, _wide) = (program, inputs, wide);
        _slotOf = new int[program.Inputs.Length + program.Instructions.Length];
        _uses = new int[_slotOf.Length];
        foreach (var instruction in program.Instructions)
            for (var k = 0; k < 3; k++)
                if (instruction[k] >= 0) _uses[instruction[k]]++;
        foreach (var output in program.Outputs) _uses[output] += 2; // it must exist for itself
        _patterns = new(program, _uses);
    }

    /// <summary>Compiles a program for inputs that are read in a certain way.</summary>
    /// <param name="program">The program.</param>
    /// <param name="inputs">How its inputs are read.</param>
    /// <param name="wideOutputs">True if outputs are written in the compute type instead of the element type.</param>
    public static CompiledProgram Compile(ElementwiseProgram program, IReadOnlyList<InputAccess> inputs, bool wideOutputs = false) =>
        new ProgramCompiler(program, inputs, wideOutputs).Run();

    private CompiledProgram Run()
    {
        for (var k = 0; k < _inputs.Count; k++)
        {
            var lane = LaneTypes.Of(_program.Inputs[k]);
            var place = _inputs[k].Kind is InputKind.InPlace or InputKind.Repeated or InputKind.Transposed ? Place.Memory : Place.Register;
            _slotOf[k] = AddSlot(new(place, lane, _inputs[k].IsRepeated));
        }
        var outputs = new int[_program.Outputs.Length];
        for (var k = 0; k < outputs.Length; k++)
            outputs[k] = AddSlot(new(Place.Memory, LaneTypes.Of(_program.TypeOf(_program.Outputs[k])), false));

        for (var k = 0; k < _program.Instructions.Length; k++) Translate(k);
        WriteOutputs(outputs);
        return Allocate();
    }

    private void Translate(int k)
    {
        var instruction = _program.Instructions[k];
        var value = _program.Inputs.Length + k;
        var lane = LaneTypes.Of(instruction.Type);
        if (_patterns.IsPart(value)) return;
        if (_patterns[value] is { } pattern)
        {
            var argument = _slotOf[pattern.Argument];
            _slotOf[value] = Emit(OperatorTable.OfErf(pattern.IsGelu), argument, -1, -1, lane, IsRepeated(argument));
            return;
        }
        switch (instruction.Op)
        {
            case Literal literal:
                _slotOf[value] = AddSlot(new(Place.Constant, lane, true) { Constant = literal.Value });
                break;
            case Cast:
                // What is only stored is rounded by the store.
                _slotOf[value] = Convert(_slotOf[instruction.A], _program.TypeOf(instruction.A), instruction.Type, round: _uses[value] != 2 || _wide);
                break;
            case Where:
                _slotOf[value] = Call(instruction, Block(_slotOf[instruction.A]), _slotOf[instruction.B], _slotOf[instruction.C], lane);
                break;
            case Add when TryMultiplyAdd(instruction, lane) is { } fused:
                _slotOf[value] = fused;
                break;
            case Mul when IsPartOfMultiplyAdd(k, lane):
                _slotOf[value] = -1; // computed where it is used
                break;
            default:
                _slotOf[value] = Call(instruction, Slot(instruction.A), Slot(instruction.B), -1, lane);
                break;
        }

        int Slot(int argument) => argument < 0 ? -1 : _slotOf[argument];
    }

    private int Call(Instruction instruction, int a, int b, int c, Lane lane)
    {
        var type = _program.TypeOf(instruction.C >= 0 ? instruction.C : instruction.B >= 0 ? instruction.B : instruction.A);
        var repeated = IsRepeated(a) && (b < 0 || IsRepeated(b)) && (c < 0 || IsRepeated(c));
        var form = repeated ? Form.Blocks
            : c >= 0 ? FormOf(b, c)
            : b < 0 ? Form.Blocks
            : IsRepeated(b) ? Form.LastRepeated
            : IsRepeated(a) ? Form.FirstRepeated
            : Form.Blocks;
        return Emit(OperatorTable.Find(instruction.Op, type, form), a, b, c, lane, repeated);
    }

    private Form FormOf(int b, int c) => (IsRepeated(b), IsRepeated(c)) switch
    {
        (false, false) => Form.Blocks,
        (false, true) => Form.LastRepeated,
        (true, false) => Form.FirstRepeated,
        _ => Form.BothRepeated,
    };

    /// <summary>The one sum that a product feeds, if it is the product's only use.</summary>
    private bool IsPartOfMultiplyAdd(int k, Lane lane)
    {
        var value = _program.Inputs.Length + k;
        if (lane is not (Lane.Single or Lane.Double) || _uses[value] != 1) return false;
        var (a, b) = (_slotOf[_program.Instructions[k].A], _slotOf[_program.Instructions[k].B]);
        if (a < 0 || b < 0 || (IsRepeated(a) && IsRepeated(b))) return false;
        for (var user = k + 1; user < _program.Instructions.Length; user++)
        {
            var instruction = _program.Instructions[user];
            if (instruction.A != value && instruction.B != value && instruction.C != value) continue;
            if (instruction.Op is not Add || instruction.A == instruction.B) return false;
            // If the other summand is a product that waits already, this one is computed.
            var other = instruction.A == value ? instruction.B : instruction.A;
            return other > value || _slotOf[other] >= 0;
        }
        return false;
    }

    private int? TryMultiplyAdd(Instruction sum, Lane lane)
    {
        var product = _slotOf[sum.A] == -1 ? sum.A : _slotOf[sum.B] == -1 ? sum.B : -1;
        if (product < 0) return null;
        var factors = _program.Instructions[product - _program.Inputs.Length];
        var (a, b, c) = (_slotOf[factors.A], _slotOf[factors.B], _slotOf[product == sum.A ? sum.B : sum.A]);
        if (IsRepeated(a)) (a, b) = (b, a); // the loops want a block first
        return Emit(OperatorTable.MultiplyAdd(lane, FormOf(b, c)), a, b, c, lane, false);
    }

    private int Convert(int slot, DType from, DType to, bool round)
    {
        var repeated = IsRepeated(slot);
        var (source, target) = (LaneTypes.Of(from), LaneTypes.Of(to));
        if (to == DType.Bool)
        {
            if (from == DType.Bool) return slot;
            var zero = AddSlot(new(Place.Constant, source, true) { Constant = 0 });
            return Emit(OperatorTable.Find(new NotEqual(), from, repeated ? Form.Blocks : Form.LastRepeated), slot, zero, -1, Lane.Byte, repeated);
        }
        if (source != target) slot = Emit(Conversions.Between(source, target), slot, -1, -1, target, repeated);
        if (round && to.IsHalf() && from != to) slot = Emit(Conversions.RoundTo(to), slot, -1, -1, target, repeated);
        return slot;
    }

    /// <summary>The value as a block: a repeated one is written out.</summary>
    private int Block(int slot) => IsRepeated(slot) && _slots[slot] is var info
        ? Emit(Conversions.Fill(info.Lane), slot, -1, -1, info.Lane, false)
        : slot;

    private bool IsRepeated(int slot) => _slots[slot].IsRepeated;

    private int Emit(delegate*<void*, void*, void*, void*, nint, void> loop, int a, int b, int c, Lane lane, bool repeated)
    {
        var result = AddSlot(new(Place.Register, lane, repeated));
        Emit(loop, a, b, c, result, repeated);
        return result;
    }

    private void Emit(delegate*<void*, void*, void*, void*, nint, void> loop, int a, int b, int c, int result, bool repeated)
    {
        if (IsInPlaceInput(a) || IsInPlaceInput(b) || IsInPlaceInput(c)) _lastInPlaceRead = _operations.Count;
        _operations.Add(new() { Loop = loop, A = a, B = b, C = c, Result = result, IsRepeated = repeated });
    }

    private bool IsInPlaceInput(int slot) => slot >= 0 && slot < _inputs.Count && _inputs[slot].IsInPlace;

    /// <summary>
    /// Lets operations write straight to memory where that is right, and adds copies where not. An output may lie over an
    /// input that is read in place: it is written only once no operation reads such an input any more.
    /// </summary>
    private void WriteOutputs(int[] outputs)
    {
        // An input that is itself an output is read by a copy, behind all operations.
        var reads = Array.Exists(outputs, output => IsInPlaceInput(_slotOf[_program.Outputs[output - _inputs.Count]])) ? int.MaxValue : _lastInPlaceRead;
        var direct = new HashSet<int>();
        var copies = new List<(int Value, int To)>();
        for (var k = 0; k < outputs.Length; k++)
        {
            var type = _program.TypeOf(_program.Outputs[k]);
            var slot = _slotOf[_program.Outputs[k]];
            var producer = _operations.FindIndex(operation => operation.Result == slot);
            if (producer >= 0 && producer >= reads && (_wide || !type.IsHalf()) && !IsRepeated(slot) && direct.Add(slot))
                Redirect(slot, outputs[k]);
            else copies.Add((_program.Outputs[k], outputs[k]));
        }
        // An input that is copied out is read before any output of the same step is written over it. Slots are looked up only
        // now: a cast that is left to the store shares its slot with the value before it, which may have been redirected.
        foreach (var (value, to) in copies.OrderBy(copy => IsInPlaceInput(_slotOf[copy.Value]) ? 0 : 1))
        {
            var (from, type) = (_slotOf[value], _program.TypeOf(value));
            Emit(IsRepeated(from) ? FillOf(type) : _wide ? Conversions.Copy(LaneTypes.Of(type)) : Conversions.Store(type), Stored(from, type), -1, -1, to, false);
        }
    }

    private delegate*<void*, void*, void*, void*, nint, void> FillOf(DType type) =>
        !_wide && type.IsHalf() ? Conversions.FillHalf : Conversions.Fill(LaneTypes.Of(type));

    /// <summary>A repeated half is converted before it is repeated.</summary>
    private int Stored(int slot, DType type) => IsRepeated(slot) && !_wide && type.IsHalf()
        ? Emit(Conversions.Store(type), slot, -1, -1, Lane.Single, true)
        : slot;

    private void Redirect(int from, int to)
    {
        for (var k = 0; k < _operations.Count; k++)
        {
            var operation = _operations[k];
            if (operation.A == from) operation.A = to;
            if (operation.B == from) operation.B = to;
            if (operation.C == from) operation.C = to;
            if (operation.Result == from) operation.Result = to;
            _operations[k] = operation;
        }
        for (var value = 0; value < _slotOf.Length; value++)
            if (_slotOf[value] == from) _slotOf[value] = to;
    }

    /// <summary>Gives registers their places in scratch memory, reusing those whose values are dead.</summary>
    private CompiledProgram Allocate()
    {
        var last = new int[_slots.Count];
        for (var k = 0; k < _operations.Count; k++)
        {
            var o = _operations[k];
            foreach (var slot in (ReadOnlySpan<int>)[o.A, o.B, o.C, o.Result])
                if (slot >= 0) last[slot] = k;
        }
        // What is loaded once must outlive the block.
        for (var k = 0; k < _inputs.Count; k++)
            if (_inputs[k].Kind == InputKind.Periodic) last[k] = int.MaxValue;
        var layout = new RegisterLayout();
        for (var k = 0; k < _inputs.Count; k++)
            if (_slots[k].Place == Place.Register) layout.Take(k, _slots[k]);
        for (var k = 0; k < _operations.Count; k++)
        {
            var o = _operations[k];
            if (_slots[o.Result].Place == Place.Register && layout.IsNew(o.Result))
            {
                // A loop may write over an argument of its own width; over others it could overtake its reads.
                foreach (var slot in (ReadOnlySpan<int>)[o.A, o.B, o.C])
                    if (slot >= 0 && last[slot] == k && _slots[slot].Lane.Size() == _slots[o.Result].Lane.Size() && SameWidth(o)) layout.Release(slot);
                layout.Take(o.Result, _slots[o.Result]);
            }
            foreach (var slot in (ReadOnlySpan<int>)[o.A, o.B, o.C, o.Result])
                if (slot >= 0 && last[slot] == k) layout.Release(slot);
        }
        return new(_operations, _slots, layout, _inputs.Count, _program.Outputs.Length);
    }

    private bool SameWidth(Operation o)
    {
        var width = _slots[o.Result].Lane.Size();
        return _slots[o.A].Lane.Size() == width && (o.B < 0 || _slots[o.B].Lane.Size() == width) && (o.C < 0 || _slots[o.C].Lane.Size() == width);
    }

    private int AddSlot(SlotInfo slot)
    {
        _slots.Add(slot);
        return _slots.Count - 1;
    }
}
