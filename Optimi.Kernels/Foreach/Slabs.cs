namespace Optimi.Kernels;

/// <summary>The memory of every slot that a step touches.</summary>
/// <typeparam name="TWords">Where one slot's words are.</typeparam>
internal struct Slabs<TWords>
    where TWords : struct
{
    /// <summary>The parameters' values.</summary>
    public TWords Values;

    /// <summary>The gradients.</summary>
    public TWords Gradients;

    /// <summary>The Kahan compensation, or the lower bits of weights.</summary>
    public TWords Compensation;

    /// <summary>The rule's first state.</summary>
    public TWords State0;

    /// <summary>The rule's second state.</summary>
    public TWords State1;

    /// <summary>The rule's third state.</summary>
    public TWords State2;

    /// <summary>The rule's fourth state.</summary>
    public TWords State3;

    /// <summary>The average of the parameters.</summary>
    public TWords Average;

    /// <summary>
    /// Where a pass that measures puts what it has measured: a float32 number for each unit of the tile, or of the tiles, in hand.
    /// </summary>
    public TWords Measured;

    /// <summary>
    /// Where it puts the second numbers of units that have two. They lie apart, since the sum adds them to the first ones last, and
    /// since compilers for processors would make a vector of two neighbours, and then none of as many as the hardware takes.
    /// </summary>
    public TWords MeasuredHigh;

    /// <summary>What groups of compressed states have in common.</summary>
    public TWords Headers;

    /// <summary>The number in its tensor of the first number here, modulo 2^32.</summary>
    public int FirstNumber;
}
