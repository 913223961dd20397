using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// One quad held in registers, or two beside parameters of half the width, word by word. The word's number is a constant wherever
/// it is used, so the choice between the words folds away.
/// </summary>
internal struct QuadWords : IWords<ScalarLane>
{
    /// <summary>The first four words.</summary>
    public Quad First;

    /// <summary>The second four words.</summary>
    public Quad Second;

    /// <inheritdoc/>
    public static bool Walks => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ScalarLane Load(int index) => ScalarLane.FromBits(index switch
    {
        0 => First.X,
        1 => First.Y,
        2 => First.Z,
        3 => First.W,
        4 => Second.X,
        5 => Second.Y,
        6 => Second.Z,
        _ => Second.W,
    });

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ScalarLane LoadNear(int index) => Load(index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ScalarLane words)
    {
        switch (index)
        {
            case 0:
                First.X = words.Bits;
                break;
            case 1:
                First.Y = words.Bits;
                break;
            case 2:
                First.Z = words.Bits;
                break;
            case 3:
                First.W = words.Bits;
                break;
            case 4:
                Second.X = words.Bits;
                break;
            case 5:
                Second.Y = words.Bits;
                break;
            case 6:
                Second.Z = words.Bits;
                break;
            default:
                Second.W = words.Bits;
                break;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTwo(int index, ScalarLane first, ScalarLane second)
    {
        Store(2 * index, first);
        Store((2 * index) + 1, second);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ScalarLane LoadHalf(int index) =>
        ScalarLane.And(ScalarLane.ShiftRightLogical(Load(index >> 1), 16 * (index & 1)), ScalarLane.SplatBits(0xFFFF));

    /// <inheritdoc/>
    /// <remarks>The other half stays: it may not have been read yet.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalf(int index, ScalarLane words)
    {
        ScalarLane word = Load(index >> 1);
        Store(index >> 1, (index & 1) == 0
            ? ScalarLane.Blend(0xFFFF, words, word)
            : ScalarLane.Blend(0xFFFF, word, ScalarLane.ShiftLeft(words, 16)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNear(int index, ScalarLane first, ScalarLane second) => StoreTwo(index, first, second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ScalarLane LoadByte(int index) =>
        ScalarLane.And(ScalarLane.ShiftRightLogical(Load(index >> 2), 8 * (index & 3)), ScalarLane.SplatBits(0xFF));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreByte(int index, ScalarLane words)
    {
        int place = 8 * (index & 3);
        ScalarLane others = ScalarLane.AndNot(Load(index >> 2), ScalarLane.ShiftLeft(ScalarLane.SplatBits(0xFF), place));
        Store(index >> 2, ScalarLane.Or(
            others, ScalarLane.ShiftLeft(ScalarLane.And(words, ScalarLane.SplatBits(0xFF)), place)));
    }
}
