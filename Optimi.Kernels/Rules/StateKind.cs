namespace Optimi.Kernels;

/// <summary>What a state of a rule is: from it follows how it is stored where states are compressed.</summary>
public enum StateKind
{
    /// <summary>Any numbers with a sign: 8 bits, in groups that have a scale in common.</summary>
    Signed,

    /// <summary>The moving average of the gradient, beside one of its square. It is to be the first state, and its partner, a
    /// <see cref="SecondMoment"/>, the second: they have 16 bits together.</summary>
    FirstMoment,

    /// <summary>The moving average of the gradient's square. It is to follow a <see cref="FirstMoment"/>.</summary>
    SecondMoment,

    /// <summary>An average of something that is about as large as the gradient, beside both moments: 8 bits, relative to the root of the
    /// second moment.</summary>
    LikeGradient,

    /// <summary>A gradient itself: stored as the parameter is.</summary>
    Gradient,

    /// <summary>Weights of their own: float32.</summary>
    Weights,
}
