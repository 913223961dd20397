using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// Where each slot of a tensor begins, in bytes from where the kernel's memory of that slot begins. Whoever owns the memory, a kernel
/// finds it in this way. Of gradients, which may lie elsewhere in each step, <see cref="TensorStep"/> says it.
/// </summary>
internal static class TensorPlaces
{
    /// <summary>64-bit integers of a tensor: values, gradients (not looked at), compensation, four states, average, headers,
    /// and the tensor's length.</summary>
    private const int Length = 10;

    private const int Words = 2 * Length;

    private const int LengthEntry = Length - 1;

    private const int HeadersEntry = Length - 2;

    /// <summary>Reads the places of a tensor from a table of them, integer by integer as <see cref="Tile.Read"/> does.</summary>
    /// <param name="table">The table.</param>
    /// <param name="step">The tensor's part in the step.</param>
    /// <param name="tensor">The tensor's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<long> Read(ArrayView<int> table, TensorStep step, int tensor) => new()
    {
        Values = ReadEntry(table, tensor, 0),
        Gradients = step.Gradient,
        Compensation = ReadEntry(table, tensor, 2),
        State0 = ReadEntry(table, tensor, 3),
        State1 = ReadEntry(table, tensor, 4),
        State2 = ReadEntry(table, tensor, 5),
        State3 = ReadEntry(table, tensor, 6),
        Average = ReadEntry(table, tensor, 7),
        Headers = ReadEntry(table, tensor, HeadersEntry),
    };

    /// <summary>Reads the places of a tensor in 16-byte accesses, for threads that do not share what they read.</summary>
    /// <param name="table">The table.</param>
    /// <param name="step">The tensor's part in the step.</param>
    /// <param name="tensor">The tensor's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<long> ReadQuads(ArrayView<int> table, TensorStep step, int tensor)
    {
        ArrayView<Quad> quads = table.Cast<Quad>();
        long at = (long)tensor * (Words / Quad.Length);
        Quad first = quads[at];
        Quad second = quads[at + 1];
        Quad third = quads[at + 2];
        Quad fourth = quads[at + 3];
        Quad fifth = quads[at + 4];
        return new()
        {
            Values = Long(first.X, first.Y),
            Gradients = step.Gradient,
            Compensation = Long(second.X, second.Y),
            State0 = Long(second.Z, second.W),
            State1 = Long(third.X, third.Y),
            State2 = Long(third.Z, third.W),
            State3 = Long(fourth.X, fourth.Y),
            Average = Long(fourth.Z, fourth.W),
            Headers = Long(fifth.X, fifth.Y),
        };
    }

    /// <summary>Reads how many numbers a tensor has.</summary>
    /// <param name="table">The table.</param>
    /// <param name="tensor">The tensor's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ReadLength(ArrayView<int> table, int tensor) => ReadEntry(table, tensor, LengthEntry);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ReadEntry(ArrayView<int> table, int tensor, int entry) =>
        ReadLong(table, ((long)tensor * Words) + (2 * entry));

    /// <summary>Reads a 64-bit integer of two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long ReadLong(ArrayView<int> table, long at) => Long((uint)table[at], (uint)table[at + 1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Long(uint low, uint high) => low | ((long)high << 32);
}
