using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// Cuts a launch on an ILGPU device into kernels: a fast one for what is aligned and padded, a careful one for the rest if there is any;
/// and on devices without addresses these for each run of tensors whose gradients lie in the same buffer.
/// </summary>
internal sealed class LaunchPlan
{
    private readonly LaunchMemory _memory;

    /// <summary>How many tensors before each end within a tile. (Of one whose length changes only the kind of its pieces counts.)</summary>
    private readonly int[] _endsBefore;

    private LaunchRange? _planned;

    public LaunchPlan(LaunchMemory memory)
    {
        _memory = memory;
        _endsBefore = new int[memory.Extents.Length + 1];
        for (int tensor = 0; tensor < memory.Extents.Length; tensor++)
            _endsBefore[tensor + 1] = _endsBefore[tensor] + (EndsWithinTile(memory.Extents[tensor]) ? 1 : 0);
    }

    /// <summary>All tiles, in the order of the tensors.</summary>
    public Tile[] Tiles =>
    [
        .. _memory.Extents.SelectMany((extent, tensor) => Enumerable
            .Range(0, extent.TileCount)
            .Select(tile => Tile.Of(tensor, tile, isPartial: tile == extent.TileCount - 1 && EndsWithinTile(extent)))),
    ];

    /// <summary>What is to be launched.</summary>
    public List<LaunchPiece> Pieces { get; } = [];

    /// <summary>Forgets the plan, since tensors' parts have changed.</summary>
    public void Forget() => _planned = null;

    /// <summary>Forgets the plan and the buffers in it.</summary>
    public void ForgetBuffers()
    {
        Forget();
        Pieces.Clear();
    }

    /// <summary>Makes the plan of a step, unless it is the last one's.</summary>
    /// <param name="range">The tensors.</param>
    /// <param name="steps">Each tensor's part.</param>
    public void Make(LaunchRange range, TensorStep[] steps)
    {
        if (range == _planned)
            return;
        _planned = range;
        Pieces.Clear();
        int end = range.FirstTensor + range.TensorCount;
        for (int first = range.FirstTensor; first < end;)
        {
            MemoryBuffer? gradients = null;
            int next = first;
            for (; next < end; next++)
            {
                bool isSkipped = steps[next].Row == TensorStep.NoRow || _memory.Extents[next].TileCount == 0;
                if (isSkipped || _memory.Device.HasAddresses)
                    continue;
                MemoryBuffer? other = _memory.GradientBufferOf(next);
                if (gradients is not null && other != gradients)
                    break;
                gradients = other;
            }

            Add(first, next, gradients, steps);
            first = next;
        }
    }

    private static bool EndsWithinTile(TensorExtent extent) => extent.TileCount > 0 && extent.LastTileLength < Tile.Length;

    private void Add(int first, int end, MemoryBuffer? gradients, TensorStep[] steps)
    {
        bool hasFast = false;
        int firstCareful = -1;
        int lastCareful = -1;
        bool isCarefulOfAll = false;
        for (int tensor = first; tensor < end; tensor++)
        {
            TensorExtent extent = _memory.Extents[tensor];
            if (steps[tensor].Row == TensorStep.NoRow || extent.TileCount == 0)
                continue;
            int care = steps[tensor].Care;
            hasFast |= care == TensorStep.NoCare || (care == TensorStep.CareOfEnd && extent.TileCount > 1);
            if (care == TensorStep.NoCare)
                continue;
            firstCareful = firstCareful < 0 ? tensor : firstCareful;
            lastCareful = tensor;
            isCarefulOfAll |= care == TensorStep.CareOfAll;
        }

        if (hasFast)
            AddTiles(first, end - 1, PieceKind.Fast, gradients);
        if (isCarefulOfAll)
        {
            AddTiles(firstCareful, lastCareful, PieceKind.Careful, gradients);
        }
        else if (firstCareful >= 0)
        {
            int from = _endsBefore[firstCareful];
            Pieces.Add(new(from, _endsBefore[lastCareful + 1] - from, PieceKind.CarefulEnds, gradients));
        }
    }

    private void AddTiles(int first, int last, PieceKind kind, MemoryBuffer? gradients)
    {
        LaunchRange range = _memory.RangeOf(first, last - first + 1);
        Pieces.Add(new(range.FirstTile, range.TileCount, kind, gradients));
    }
}
