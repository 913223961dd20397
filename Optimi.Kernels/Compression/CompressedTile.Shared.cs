using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <content>Where in the shared memory of a group is what.</content>
internal static partial class CompressedTile<TLayout, TWords>
{
    /// <summary>Numbers that the group shares: four states, and what groups have in common.</summary>
    public const int SharedLength = SignedAt + (States * Signed8.GroupsPerTile);

    private const int States = 4;

    private const int SecondsAt = States * Tile.Length;

    private const int FirstsAt = SecondsAt + (Pair16Seconds<ScalarLane>.Registers * Pair16.GroupsPerTile);

    private const int SignedAt = FirstsAt + (Pair16Firsts<ScalarLane>.Registers * Pair16.GroupsPerTile);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane Get(ArrayView<ScalarLane> shared, int state, int number) => shared[(state * Tile.Length) + number];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ArrayView<ScalarLane> shared, int state, int number, ScalarLane value) =>
        shared[(state * Tile.Length) + number] = value;

    /// <summary>Where a step finds a state: decoded, if it is stored in groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords Decoded(ArrayView<ScalarLane> shared, int state, in TWords stored)
    {
        if (TLayout.FormatOf(state) == StateFormat.Numbers)
            return stored;
        return TWords.Over(shared.SubView(state * Tile.Length, Tile.Length).Cast<byte>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutSeconds(ArrayView<ScalarLane> shared, int group, in Pair16Seconds<ScalarLane> seconds)
    {
        int at = SecondsAt + (group * Pair16Seconds<ScalarLane>.Registers);
        shared[at] = seconds.Top;
        shared[at + 1] = seconds.Delta;
        shared[at + 2] = seconds.InverseDelta;
        shared[at + 3] = seconds.MostCode;
        shared[at + 4] = seconds.Bits;
        shared[at + 5] = seconds.Header;
    }

    /// <summary>What encoding the second moment of a number takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair16Seconds<ScalarLane> SecondsOf(ArrayView<ScalarLane> shared, int number)
    {
        int at = SecondsAt + (number / Pair16.GroupLength * Pair16Seconds<ScalarLane>.Registers);
        return new()
        {
            Top = shared[at],
            Delta = shared[at + 1],
            InverseDelta = shared[at + 2],
            MostCode = shared[at + 3],
            Bits = shared[at + 4],
            Header = shared[at + 5],
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutFirsts(ArrayView<ScalarLane> shared, int group, in Pair16Firsts<ScalarLane> firsts)
    {
        int at = FirstsAt + (group * Pair16Firsts<ScalarLane>.Registers);
        shared[at] = firsts.InverseStep;
        shared[at + 1] = firsts.Middle;
        shared[at + 2] = firsts.Shift;
    }

    /// <summary>What encoding the first moment of a number takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair16Firsts<ScalarLane> FirstsOf(ArrayView<ScalarLane> shared, int number)
    {
        int at = FirstsAt + (number / Pair16.GroupLength * Pair16Firsts<ScalarLane>.Registers);
        return new() { InverseStep = shared[at], Middle = shared[at + 1], Shift = shared[at + 2] };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutInverseStep(ArrayView<ScalarLane> shared, int state, int group, ScalarLane inverse) =>
        shared[SignedAt + (state * Signed8.GroupsPerTile) + group] = inverse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane InverseStepOf(ArrayView<ScalarLane> shared, int state, int group) =>
        shared[SignedAt + (state * Signed8.GroupsPerTile) + group];
}
