using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Kernels that the host runs group by group, on all threads.</summary>
internal abstract class SimulatedKernels<TRule, TApply> : DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
{
    private readonly int _tilesPerGroup;
    private readonly Action<int, SharedNumbers> _step;
    private readonly Action<int, SharedNumbers> _stepAlone;
    private readonly Action<int, SharedNumbers> _measure;

    /// <param name="groups">What runs the groups.</param>
    /// <param name="tilesPerGroup">How many tiles a group steps. Of what is measured a group takes one.</param>
    protected SimulatedKernels(SimulatedGroups groups, int tilesPerGroup)
    {
        Groups = groups;
        _tilesPerGroup = tilesPerGroup;
        _step = StepGroup;
        _stepAlone = StepGroupAlone;
        _measure = MeasureTile;
    }

    protected SimulatedGroups Groups { get; }

    protected LaunchPiece Piece { get; private set; }

    protected LaunchTables<Row<ScalarLane, TRule, TApply>> Tables { get; private set; }

    protected MeasureTables Measures { get; private set; }

    /// <summary>The scalars of a tensor that is stepped alone.</summary>
    protected Row<ScalarLane, TRule, TApply> RowAlone { get; private set; }

    /// <summary>Where it lies.</summary>
    protected Slabs<long> Places { get; private set; }

    /// <summary>How many numbers it has.</summary>
    protected long Length { get; private set; }

    /// <summary>The host's memory, from address 0.</summary>
    protected ArrayView<byte> Memory { get; private set; }

    public override void Launch(
        LaunchMemory memory, LaunchPiece piece, LaunchTables<Row<ScalarLane, TRule, TApply>> tables)
    {
        Piece = piece;
        Tables = tables;
        Memory = memory.Device.AddressSpace;
        Groups.Run(_step, 0, (piece.TileCount + _tilesPerGroup - 1) / _tilesPerGroup);
    }

    public override void LaunchAlone(
        LaunchMemory memory, int tensor, int firstTile, int count, in Row<ScalarLane, TRule, TApply> row)
    {
        Piece = new LaunchPiece(firstTile, count, PieceKind.Fast, null);
        RowAlone = row;
        Places = memory.PlacesOf(tensor);
        Length = memory.Places[tensor].Length;
        Memory = memory.Device.AddressSpace;
        Groups.Run(_stepAlone, 0, (count + _tilesPerGroup - 1) / _tilesPerGroup);
    }

    public override void Measure(
        LaunchMemory memory,
        LaunchPiece piece,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures)
    {
        Tables = tables;
        Measures = measures;
        Memory = memory.Device.AddressSpace;
        Groups.Run(_measure, piece.FirstTile, piece.TileCount);
    }

    /// <summary>Runs the group of a number, counted from the first of the launch.</summary>
    protected abstract void StepGroup(int group, SharedNumbers shared);

    /// <summary>Runs the group of a number for a tensor that is stepped alone.</summary>
    protected abstract void StepGroupAlone(int group, SharedNumbers shared);

    /// <summary>Runs the first of two passes over the tile of a number.</summary>
    protected abstract void MeasureTile(int number, SharedNumbers shared);
}
