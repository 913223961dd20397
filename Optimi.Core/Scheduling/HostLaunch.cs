using System.Diagnostics;
using System.Runtime.InteropServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch on the host's cores and vector units.</summary>
internal sealed unsafe class HostLaunch<TRule, TApply, TLayout, TLane, TLaneRule, TLaneApply> : AppliedLaunch<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
    where TLane : unmanaged, ILane<TLane>
    where TLaneRule : unmanaged, IUpdateRule<TLaneRule, TLane>
    where TLaneApply : unmanaged, IApply<TLaneApply, TLane>
{
    /// <summary>Fewer tiles than this (65,536 numbers) are not worth waking a second thread for.</summary>
    private const int MinParallelTiles = 256;

    /// <summary>Many small parts let two threads finish together although one was late; fewer cost less to hand out.</summary>
    private const int MaxParts = 64;

    private readonly ParallelWork _work;
    private Slabs<HostWords<TLane>> _slabs;
    private int _firstTile;
    private int _tiles;
    private int _parts;

    public HostLaunch(LaunchMemory memory)
        : base(memory)
    {
        Debug.Assert(
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.RowLength * sizeof(float) == sizeof(Row<ScalarLane, TRule, TApply>),
            "A row of vectors has as many numbers as a row of scalars.");
        _work = new ParallelWork(RunPart);
    }

    protected override void RunCore(int firstTile, int tiles)
    {
        _slabs = SlabsAs(slab => new HostWords<TLane>((nint)slab.Host));
        _firstTile = firstTile;
        _tiles = tiles;
        _parts = tiles < MinParallelTiles ? 1 : Math.Min(MaxParts, tiles / (MinParallelTiles / 8));
        _work.Run(_parts);
    }

    private void RunPart(int part)
    {
        int at = _firstTile + (int)((long)_tiles * part / _parts);
        int end = _firstTile + (int)((long)_tiles * (part + 1) / _parts);
        while (at < end)
        {
            Tile first = Memory.Tiles[at];
            int row = RowOfTensor[first.Tensor];
            int next = EndOfRun(at, end, first, row);
            if (row != Tile.NoRow)
            {
                var scalars = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(Rows, row);
                HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run(scalars, _slabs, first, at, next - at);
            }

            at = next;
        }
    }

    /// <summary>Where the run of tiles ends that lie one after the other and have the same row.</summary>
    private int EndOfRun(int at, int end, Tile first, int row)
    {
        int next = at;
        Tile tile = first;
        do
        {
            LaunchTensor tensor = Memory.Tensors[tile.Tensor];
            next = Math.Min(end, tensor.FirstTile + tensor.TileCount);
            if (next == end)
                break;
            tile = Memory.Tiles[next];
        }
        while (RowOfTensor[tile.Tensor] == row
            && tile.Value - first.Value == next - at
            && tile.Gradient - first.Gradient == next - at);
        return next;
    }
}
