namespace Optimi;

/// <summary>How a launch walks memory.</summary>
internal enum KernelShape
{
    /// <summary>Loops over hardware vectors on the host's threads.</summary>
    Host,

    /// <summary>One work-group for a tile, one work-item for a unit or two.</summary>
    Tile,

    /// <summary>Threads that move 16 bytes of each slot (32 of float32 states beside narrower parameters), in groups for a few tiles.</summary>
    Quad,
}
