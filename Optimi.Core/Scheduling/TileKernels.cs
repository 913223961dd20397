using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The kernels with one work-group for a tile.</summary>
internal sealed class TileKernels<TRule, TApply, TPass, TLayout, TWords> : DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    /// <summary>ILGPU counts the work-items of an OpenCL launch in 31 bits.</summary>
    private static readonly int _mostTiles = int.MaxValue / TileGroup<TLayout>.Size;

    private readonly PendingKernel<Action<
        AcceleratorStream, KernelConfig, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<TWords>>> _kernel;

    private readonly PendingKernel<Action<
        AcceleratorStream,
        KernelConfig,
        int,
        LaunchTables<Row<ScalarLane, TRule, TApply>>,
        MeasureTables,
        Slabs<TWords>>>? _measure;

    public TileKernels(KernelLibrary library, bool isProcessor)
    {
        _kernel = library.Get<Action<
            AcceleratorStream, KernelConfig, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<TWords>>>(
            TileKernel<TRule, TApply, TPass, TLayout, TWords>.Run, TileKernel<TRule, TApply, TPass, TLayout, TWords>.Parts);
        Pending = [_kernel];
        if (TPass.UpdatesStates)
            return;
        _measure = library.Get<Action<
            AcceleratorStream,
            KernelConfig,
            int,
            LaunchTables<Row<ScalarLane, TRule, TApply>>,
            MeasureTables,
            Slabs<TWords>>>(
            isProcessor
                ? MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByOne>.Run
                : MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByGroup>.Run,
            isProcessor
                ? MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByOne>.Parts
                : MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByGroup>.Parts);
        Pending = [_kernel, _measure];
    }

    public override void Launch(
        LaunchMemory memory, LaunchPiece piece, LaunchTables<Row<ScalarLane, TRule, TApply>> tables)
    {
        for (int at = 0; at < piece.TileCount; at += _mostTiles)
            _kernel.Launch(memory.Device.Ilgpu.Stream, ConfigOf(piece, at), piece.FirstTile + at, tables, SlotsOf(memory, piece));
    }

    public override void Measure(
        LaunchMemory memory,
        LaunchPiece piece,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures)
    {
        for (int at = 0; at < piece.TileCount; at += _mostTiles)
            _measure!.Launch(memory.Device.Ilgpu.Stream, ConfigOf(piece, at), piece.FirstTile + at, tables, measures, SlotsOf(memory, piece));
    }

    private static Slabs<TWords> SlotsOf(LaunchMemory memory, LaunchPiece piece) =>
        memory.SlotsAs(piece.Gradients, static view => TWords.Over(view));

    private static KernelConfig ConfigOf(LaunchPiece piece, int at) =>
        new(Math.Min(_mostTiles, piece.TileCount - at), TileGroup<TLayout>.Size);
}
