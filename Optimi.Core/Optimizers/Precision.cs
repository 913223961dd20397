namespace Optimi;

/// <summary>
/// How parameters and states are stored, in a word: the sensible combinations of <see cref="OptimizerOptions.Kahan"/>,
/// <see cref="OptimizerOptions.StateDType"/>, <see cref="OptimizerOptions.CompressedStates"/> and
/// <see cref="OptimizerOptions.MasterWeightBits"/>. <see cref="PrecisionExtensions.With"/> sets them.
/// </summary>
/// <remarks>
/// Bytes of a <see cref="DType.BFloat16"/> parameter with all that is kept for it, its gradient apart:
/// <list type="table">
/// <listheader><term>precision</term><description>weight, further bits, states</description><description>AdamW</description>
/// <description>Lion</description></listheader>
/// <item><term><see cref="Mixed"/></term><description>2 + 2 + 4 for each state</description><description>12</description>
/// <description>8</description></item>
/// <item><term><see cref="MasterWeights"/></term><description>2 + 2 + 2 for each state</description><description>8</description>
/// <description>6</description></item>
/// <item><term><see cref="Kahan"/></term><description>2 + 2 + 2 for each state</description><description>8</description>
/// <description>6</description></item>
/// <item><term><see cref="Compressed"/></term><description>2 + 1 + 2.125 for both moments, 1.0625 for a single state</description>
/// <description>5.125</description><description>4.0625</description></item>
/// <item><term><see cref="Smallest"/></term><description>2 + 0 + as <see cref="Compressed"/></description>
/// <description>4.125</description><description>3.0625</description></item>
/// </list>
/// </remarks>
public enum Precision
{
    /// <summary>States as the parameters, and a Kahan compensation: the default of every optimizer but <see cref="Adan"/>. For parameters
    /// of any type; float32 ones have no compensation.</summary>
    Kahan,

    /// <summary>Master weights of 32 bits, of which the model sees the upper half, and float32 states: the arithmetic of float32 training.
    /// For <see cref="DType.BFloat16"/> parameters.</summary>
    Mixed,

    /// <summary>Master weights of 32 bits, and states as the parameters. For <see cref="DType.BFloat16"/> parameters.</summary>
    MasterWeights,

    /// <summary>Master weights of 24 bits, and compressed states. For <see cref="DType.BFloat16"/> parameters.</summary>
    Compressed,

    /// <summary>Weights of 16 bits, dithered, and compressed states: what is smaller than the precision of a weight adds up only on average.
    /// For <see cref="DType.BFloat16"/> parameters.</summary>
    Smallest,
}
